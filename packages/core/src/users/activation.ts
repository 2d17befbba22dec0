import { type Actor, RollcallError, type UserOutcome } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { readSettings } from '../settings/settings.js';
import { draftIssues } from './check-drafts.js';
import { findUsersForUpdate, userNotFound } from './find-users.js';
import type { UserRow } from './model/user-table.js';
import { saveUsers } from './save-users.js';
import { findTombstones, userDeleted } from './tombstones.js';

/** A life-cycle change of one user. It answers with the outcome for that user. Repeating it changes nothing. */
export type ChangeActivity = (
  transaction: WriteTransaction,
  actor: Actor,
  change: { id: string },
) => Promise<UserOutcome>;

/** Marks a user as deactivated. The user cannot connect or call anything, and its data stays. */
export const deactivateUser: ChangeActivity = (transaction, actor, change) =>
  changeUser(transaction, actor, {
    ...change,
    apply: row =>
      refuseDeleted(row) ??
      (row.deactivated_at === undefined ? { ...row, deactivated_at: transaction.now } : row),
  });

/** Undoes a deactivation. */
export const reactivateUser: ChangeActivity = (transaction, actor, change) =>
  changeUser(transaction, actor, {
    ...change,
    apply: row => refuseDeleted(row) ?? without(row, 'deactivated_at'),
  });

/**
 * Undoes a soft deletion. The user returns as it was, deactivated if it was deactivated. Its name must still be free.
 */
export const restoreUser: ChangeActivity = (transaction, actor, change) =>
  changeUser(transaction, actor, {
    ...change,
    apply: row =>
      row.deletion === 'pruning'
        ? new RollcallError(
            'USER_DELETED',
            `the data of the user "${row.id}" has been erased; it cannot be restored`,
          )
        : without(without(row, 'deleted_at'), 'deletion'),
  });

/** The new state of a user (the same object if nothing changes), or the reason why it cannot change. */
type Apply = (row: UserRow) => UserRow | RollcallError;

async function changeUser(
  transaction: WriteTransaction,
  actor: Actor,
  change: { id: string; apply: Apply },
): Promise<UserOutcome> {
  const { id, apply } = change;
  const before = (await findUsersForUpdate(transaction, [id])).get(id);
  if (!before) {
    const erased = (await findTombstones(transaction, [id])).size > 0;
    return failure(erased ? userDeleted(id) : userNotFound(id));
  }
  const after = apply(before);
  if (after instanceof RollcallError) return failure(after);
  if (after === before) return { status: 'unchanged' };
  const draft = { index: 0, before, after };
  if (before.deleted_at !== after.deleted_at) {
    const settings = await readSettings(transaction);
    const [issues] = await draftIssues(transaction, settings, [{ drafts: [draft], found: [] }]);
    if (issues?.[0]) return failure(issues[0]);
  }
  await saveUsers(transaction, actor, [draft]);
  return { status: 'done' };
}

function failure({ code, message }: Pick<RollcallError, 'code' | 'message'>): UserOutcome {
  return { status: 'failed', error: { code, message } };
}

function refuseDeleted(row: UserRow): RollcallError | undefined {
  return row.deleted_at === undefined ? undefined : userDeleted(row.id);
}

function without(row: UserRow, field: 'deactivated_at' | 'deleted_at' | 'deletion'): UserRow {
  if (row[field] === undefined) return row;
  const rest = { ...row };
  delete rest[field];
  return rest;
}
