import type { WriteTransaction } from '../database/unit-of-work.js';
import { eraseInLog } from '../events/erase-in-log.js';
import { dropExportsOf, endExportsOf } from '../exports/export-file.js';
import { eraseTaskFailures } from '../tasks/erase-task-user.js';
import { removeBans } from '../users/bans.js';
import { eraseBlocked, removeBlocksOf } from '../users/block-table.js';
import { findUser } from '../users/find-users.js';
import { prunedUser } from '../users/model/replace-user.js';
import { toUser } from '../users/model/to-user.js';
import { putTombstone, removeUser, storePrunedUser, tombstoneOf } from '../users/tombstones.js';
import { eraseUserId } from './user-id-columns.js';

/** The user to erase, and how far that got. */
export interface EraseWork {
  userId: string;
  mode: 'pruning' | 'hard';
  /** Up to which entry the user is erased from the log. */
  forgottenTo: number;
  limit: number;
}

/**
 * The last part of a deletion that erases, a batch at a time: the user is taken out of exports, the blocks of others, the
 * log and the tasks, and at last its own bans, blocks and row go. After `hard` nothing holds the id any more, and a
 * tombstone keeps it from being used again.
 * @returns the entry of the log to go on from; `wait` when an export has to end first; the name that the user has now
 * when all is done.
 */
export async function eraseUser(
  transaction: WriteTransaction,
  { userId, mode, forgottenTo, limit }: EraseWork,
): Promise<{ forgottenTo: number } | 'wait' | { name: string }> {
  // If the id is erased too, it also leaves what is kept about other people.
  const others = mode === 'hard';
  if (await endExportsOf(transaction, { userId, others })) return 'wait';
  if (await dropExportsOf(transaction, { userId, others, limit })) return { forgottenTo };
  if (others && (await eraseBlocked(transaction, userId, limit))) return { forgottenTo };
  const row = prunedUser(await findUser(transaction, userId));
  const name = mode === 'hard' ? tombstoneOf(userId) : userId;
  const remains = toUser({ ...row, id: name }, transaction.now);
  const next = await eraseInLog(transaction, { userId, remains, limit, after: forgottenTo });
  if (next !== undefined) return { forgottenTo: next };
  await eraseTaskFailures(transaction, userId);
  if (mode === 'pruning') {
    await removeBlocksOf(transaction, userId);
    await removeBans(transaction, [userId]);
    await storePrunedUser(transaction, row);
  } else {
    await removeUser(transaction, userId);
    await eraseUserId(transaction, userId, name);
    await putTombstone(transaction, userId, transaction.now);
  }
  return { name };
}
