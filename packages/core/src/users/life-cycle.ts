import { type Actor, RollcallError, type UserOutcome } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { findUsersForUpdate, userNotFound } from './find-users.js';
import { saveUsers } from './save-users.js';
import type { UserDraft } from './user-draft.js';
import type { UserRow } from './user-table.js';

/** A life-cycle change of some users: what happened to each, by id. Repeating it changes nothing. */
export type ChangeActivity = (
  transaction: WriteTransaction,
  actor: Actor,
  change: { ids: readonly string[]; now: number },
) => Promise<Record<string, UserOutcome>>;

/** Marks users as deactivated: they cannot connect or call anything; their data stays. */
export const deactivateUsers: ChangeActivity = (transaction, actor, change) =>
  changeActivity(transaction, actor, {
    ...change,
    apply: row => ({ ...row, deactivated_at: change.now }),
    wanted: true,
  });

/** Undoes a deactivation. */
export const reactivateUsers: ChangeActivity = (transaction, actor, change) =>
  changeActivity(transaction, actor, { ...change, apply: withoutDeactivation, wanted: false });

async function changeActivity(
  transaction: WriteTransaction,
  actor: Actor,
  change: { ids: readonly string[]; now: number; apply(row: UserRow): UserRow; wanted: boolean },
): Promise<Record<string, UserOutcome>> {
  const stored = await findUsersForUpdate(transaction, change.ids);
  const outcomes: Record<string, UserOutcome> = {};
  const drafts: UserDraft[] = [];
  for (const [index, id] of change.ids.entries()) {
    const before = stored.get(id);
    const problem = before ? deletedError(before) : userNotFound(id);
    if (!before || problem) {
      outcomes[id] = {
        status: 'failed',
        error: { code: problem?.code ?? 'USER_NOT_FOUND', message: problem?.message ?? '' },
      };
    } else if ((before.deactivated_at !== undefined) === change.wanted) {
      outcomes[id] = { status: 'unchanged' };
    } else {
      outcomes[id] = { status: 'done' };
      drafts.push({ index, before, after: change.apply(before) });
    }
  }
  await saveUsers(transaction, actor, drafts, change.now);
  return outcomes;
}

function withoutDeactivation({ deactivated_at: _, ...row }: UserRow): UserRow {
  return row;
}

function deletedError(row: UserRow): RollcallError | undefined {
  if (row.deleted_at === undefined) return undefined;
  return new RollcallError('USER_DELETED', `the user "${row.id}" has been deleted`, { field: 'id' });
}
