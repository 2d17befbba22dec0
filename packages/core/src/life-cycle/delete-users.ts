import { randomUUID } from 'node:crypto';
import type { Actor, DeletionPreview } from '@rollcall/protocol';
import type { ParsedDeleteUsers } from '@rollcall/protocol/schemas';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { eraseKeptAnswers } from '../idempotency/remove-kept-answers.js';
import { type CascadeRow, type Counts, findCascades, putCascades } from '../products/cascade-table.js';
import type { Product } from '../products/product.js';
import type { Tasks } from '../tasks/tasks.js';
import { findUsersForUpdate, requireUsers } from '../users/find-users.js';
import { logUserEvent } from '../users/log-user-event.js';
import { toUser } from '../users/model/to-user.js';
import type { UserDraft } from '../users/model/user-changes.js';
import type { UserRow } from '../users/model/user-table.js';
import { saveUsers } from '../users/save-users.js';
import { tombstoneOf } from '../users/tombstones.js';
import { addCounts } from './cascade-user.js';
import { isFurther, mergeModes, modesOf, stateOf } from './deletion-modes.js';
import { requireNewOwner } from './new-owner.js';

/**
 * Marks users as deleted, each with its event, and asks for the task that does the rest. From the commit on they are
 * hidden, and so is the content that is to go. A deletion that is already under way goes on in the new task, with the mode
 * that goes further.
 * @returns the id of the task.
 * @throws RollcallError `USER_NOT_FOUND`, `USER_DEACTIVATED` or `USER_DELETED` for the new owner of channels.
 */
export async function deleteUsers(
  transaction: WriteTransaction,
  actor: Actor,
  { deletion, tasks }: { deletion: ParsedDeleteUsers; tasks: Tasks },
): Promise<string> {
  const { ids, new_channel_owner_id: heir_id } = deletion;
  const { stored } = await requireUsers(transaction, ids, () => findUsersForUpdate(transaction, ids));
  if (heir_id !== undefined) await requireNewOwner(transaction, heir_id);
  const id = randomUUID();
  const rows = ids.flatMap(userId => stored.get(userId) ?? []);
  await markDeleted(transaction, actor, { users: rows, deletion, taskId: id });
  // A user who is erased already is named by its tombstone, as everywhere. The task says that nothing was left to do.
  const users = ids.map(userId => (stored.has(userId) ? userId : tombstoneOf(userId)));
  await tasks.enqueue(transaction, actor, {
    id,
    type: 'users.delete',
    input: { ...modesOf(deletion), content: true },
    users,
  });
  return id;
}

/** Marks users whom the transaction holds as deleted. The task goes on with them: their cascades belong to it. */
export async function markDeleted(
  transaction: WriteTransaction,
  actor: Actor,
  marking: { users: readonly UserRow[]; deletion: Omit<ParsedDeleteUsers, 'ids'>; taskId: string },
): Promise<void> {
  const { users, deletion, taskId } = marking;
  const { new_channel_owner_id: heir_id } = deletion;
  const modes = modesOf(deletion);
  const underWay = await findCascades(
    transaction,
    users.map(({ id }) => id),
  );
  const drafts: UserDraft[] = [];
  const cascades: CascadeRow[] = [];
  for (const [index, before] of users.entries()) {
    const earlier = underWay.get(before.id);
    const further = isFurther(modes.user, stateOf(before, earlier));
    if (before.deleted_at === undefined) {
      drafts.push({
        index,
        before,
        after: { ...before, deleted_at: transaction.now, deletion: 'soft' },
        modes,
      });
    } else if (further) {
      logUserEvent(transaction, actor, {
        type: 'user.deleted',
        user: toUser(before, transaction.now),
        modes,
      });
    }
    const user_changed = further || (earlier?.kind === 'delete' && earlier.user_changed);
    const own: CascadeRow = {
      user_id: before.id,
      task_id: taskId,
      kind: 'delete',
      user_changed,
      changed: goneOf(earlier),
      ...mergeModes(modes, earlier),
    };
    cascades.push({ ...own, ...(heir_id !== undefined && { heir_id }) });
  }
  await saveUsers(transaction, actor, drafts);
  await putCascades(transaction, cascades);
  if (Object.values(modes).some(mode => mode === 'pruning' || mode === 'hard')) {
    // What answers say of content that is going to be erased goes now; of the users, when they are erased.
    await eraseKeptAnswers(
      transaction,
      users.map(({ id }) => id),
    );
  }
}

/** What the deletion or deactivation that this one takes over has changed. What was being brought back does not count. */
function goneOf(earlier: CascadeRow | undefined): Counts {
  return earlier?.kind === 'delete' || earlier?.kind === 'deactivate' ? earlier.changed : {};
}

/** Counts what a deletion would change. @throws what the deletion would throw. */
export async function previewDeletion(
  transaction: Transaction,
  deletion: ParsedDeleteUsers,
  products: readonly Product[],
): Promise<DeletionPreview> {
  const { ids, new_channel_owner_id: heirId } = deletion;
  const { stored } = await requireUsers(transaction, ids);
  if (heirId !== undefined) await requireNewOwner(transaction, heirId);
  const { user } = modesOf(deletion);
  const counts = await countDeletion(transaction, { userIds: [...stored.keys()], deletion, products });
  const changed = [...stored.values()].filter(row => isFurther(user, stateOf(row, undefined)));
  return { users: changed.length, products: counts };
}

/** How much of the content of users a deletion would change. */
export async function countDeletion(
  transaction: Transaction,
  asked: {
    userIds: readonly string[];
    deletion: Omit<ParsedDeleteUsers, 'ids'>;
    products: readonly Product[];
  },
): Promise<Counts> {
  const { userIds, deletion, products } = asked;
  const { user, ...modes } = modesOf(deletion);
  let counts: Counts = {};
  const planned = { userIds, modes, eraseUser: user === 'hard' };
  for (const product of products) {
    counts = addCounts(counts, product.name, await product.count(transaction, planned));
  }
  return counts;
}
