import type { DeletionPreview } from '@rollcall/protocol';
import type { CheckedDeletion } from '@rollcall/protocol/schemas';
import type { Transaction } from '../database/unit-of-work.js';
import type { Counts } from '../products/cascade-table.js';
import type { Product } from '../products/product.js';
import { requireUsers } from '../users/require-users.js';
import { isFurther, modesOf, requireHeir, stateOf } from './deletion-modes.js';
import { addCounts } from './sweep-position.js';

/** What a deletion would change, in counts. @throws what the deletion would throw. */
export async function previewDeletion(
  transaction: Transaction,
  deletion: CheckedDeletion,
  products: readonly Product[],
): Promise<DeletionPreview> {
  const { ids, new_channel_owner_id: heirId } = deletion;
  const { stored } = await requireUsers(transaction, ids);
  if (heirId !== undefined) await requireHeir(transaction, heirId);
  const { user, ...modes } = modesOf(deletion);
  let counts: Counts = {};
  const planned = { userIds: [...stored.keys()], modes, forgetUser: user === 'hard' };
  for (const product of products) {
    counts = addCounts(counts, product.name, await product.count(transaction, planned));
  }
  const changed = [...stored.values()].filter(row => isFurther(user, stateOf(row, undefined)));
  return { users: changed.length, products: counts };
}
