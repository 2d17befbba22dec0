import { eraseBlocked, removeBlocksOf } from '../blocks/block-table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { eraseInLog } from '../events/erase-in-log.js';
import { dropExportsOf, endExportsOf } from '../exports/export-file.js';
import { eraseNewOwner } from '../products/cascade-table.js';
import { eraseTaskUser } from '../tasks/erase-task-user.js';
import { eraseBans, removeBans } from '../users/bans.js';
import { findUser } from '../users/find-users.js';
import { prunedUser } from '../users/model/replace-user.js';
import { toUser } from '../users/model/to-user.js';
import { putTombstone, removeUser, storePrunedUser, tombstoneOf } from '../users/tombstones.js';

/** Who is to be forgotten, and how far that has come. */
export interface EraseWork {
  userId: string;
  mode: 'pruning' | 'hard';
  taskId: string;
  /** Up to which entry the log has forgotten the user already. */
  forgottenTo: number;
  limit: number;
}

/**
 * The last part of a deletion for good, a batch at a time: the user leaves exports, the blocks of others, the log and the
 * tasks, and at last its own bans, blocks and row. With `hard` nothing holds the id any more; a tombstone keeps it from
 * being used again.
 * @returns the entry of the log to go on from, that an export has to end first, or what the user is called now that it
 * is done.
 */
export async function eraseUser(
  transaction: WriteTransaction,
  { userId, mode, taskId, forgottenTo, limit }: EraseWork,
): Promise<{ forgottenTo: number } | 'wait' | { name: string }> {
  // Where the id goes, too, it also goes from what is kept about other people.
  const others = mode === 'hard';
  if (await endExportsOf(transaction, { userId, others })) return 'wait';
  if (await dropExportsOf(transaction, { userId, others, limit })) return { forgottenTo };
  if (others && (await eraseBlocked(transaction, userId, limit))) return { forgottenTo };
  const row = prunedUser(await findUser(transaction, userId));
  const name = mode === 'hard' ? tombstoneOf(userId) : userId;
  const remains = toUser({ ...row, id: name }, transaction.now);
  const next = await eraseInLog(transaction, { userId, remains, limit, after: forgottenTo });
  if (next !== undefined) return { forgottenTo: next };
  await removeBlocksOf(transaction, userId);
  if (mode === 'pruning') {
    await removeBans(transaction, [userId]);
    await storePrunedUser(transaction, row);
  } else {
    await eraseTaskUser(transaction, { userId, name, taskId });
    await eraseNewOwner(transaction, userId);
    await eraseBans(transaction, userId);
    await removeUser(transaction, userId);
    await putTombstone(transaction, userId, transaction.now);
  }
  return { name };
}
