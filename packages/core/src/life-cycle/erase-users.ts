import type { User } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { eraseInLog } from '../events/erase-in-log.js';
import { dropExportsOf } from '../exports/export-file.js';
import { eraseKeptAnswers } from '../idempotency/remove-kept-answers.js';
import { eraseActInputs } from '../tasks/act-input.js';
import { eraseTaskFailures } from '../tasks/erase-task-users.js';
import { eraseFromTaskLists } from '../tasks/task-lists.js';
import { removeBans } from '../users/bans.js';
import { eraseBlocked, removeBlocksOf } from '../users/block-table.js';
import { prunedUser } from '../users/model/replace-user.js';
import { toUser } from '../users/model/to-user.js';
import type { UserRow } from '../users/model/user-table.js';
import { putTombstones, removeUsers, storePrunedUsers, tombstonesOf } from '../users/tombstones.js';
import { eraseAnswers, eraseInFilters } from '../webhooks/erase-in-webhooks.js';
import type { ErasureMode } from './cascade-end.js';
import { eraseUserIds } from './user-id-columns.js';

/** The users to erase, all in one mode, and how far that got. */
export interface EraseWork {
  users: readonly UserRow[];
  mode: ErasureMode;
  /** The task that erases them. */
  taskId: string;
  /** Up to which entry they are erased from the log. */
  forgottenTo: number;
  limit: number;
}

/**
 * The last part of deletions that erase, a batch at a time: the users are taken out of exports, the blocks of others, the
 * log and the tasks, and at last their own bans, blocks and rows go. After `hard` nothing holds the ids any more, and
 * tombstones keep them from being used again.
 * @returns the entry of the log to go on from; `wait` when an export has to end first; the names that users have now, by
 * id, when all is done.
 */
export async function eraseUsers(
  transaction: WriteTransaction,
  { users, mode, taskId, forgottenTo, limit }: EraseWork,
): Promise<{ forgottenTo: number } | 'wait' | { names: ReadonlyMap<string, string> }> {
  // If the ids are erased too, they also leave what is kept about other people.
  const others = mode === 'hard';
  const userIds = users.map(({ id }) => id);
  const exports = await dropExportsOf(transaction, { userIds, others, limit });
  if (exports === 'wait') return 'wait';
  if (exports === 'more') return { forgottenTo };
  if (others && (await eraseBlocked(transaction, userIds, limit))) return { forgottenTo };
  const pruned = users.map(prunedUser);
  const names = mode === 'hard' ? tombstonesOf(userIds) : new Map(userIds.map(id => [id, id]));
  const remains = new Map(
    pruned.map((row): [string, User] => [
      row.id,
      toUser({ ...row, id: names.get(row.id) ?? row.id }, transaction.now),
    ]),
  );
  const next = await eraseInLog(transaction, { remains, limit, after: forgottenTo });
  if (next !== undefined) return { forgottenTo: next };
  if (others) await eraseInFilters(transaction, names);
  await eraseAnswers(transaction, [...names.values()]);
  await eraseKeptAnswers(transaction, userIds);
  await eraseTaskFailures(transaction, userIds);
  if (mode === 'pruning') {
    await removeBlocksOf(transaction, userIds);
    await removeBans(transaction, userIds);
    await storePrunedUsers(transaction, pruned);
  } else {
    await removeUsers(transaction, userIds);
    await eraseUserIds(transaction, names);
    await eraseFromTaskLists(transaction, names);
    await eraseActInputs(transaction, { names, taskId });
    await putTombstones(transaction, names, transaction.now);
  }
  return { names };
}
