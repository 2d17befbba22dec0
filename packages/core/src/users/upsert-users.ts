import type { Actor, AppSettings, Issue } from '@rollcall/protocol';
import { parseUserInput, type UserWrite } from '@rollcall/protocol/schemas';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { checkBatch, throwIssues } from './check-batch.js';
import { draftIssues } from './check-drafts.js';
import { findUsersForUpdate } from './find-users.js';
import { replaceUser } from './model/replace-user.js';
import type { UserDraft } from './model/user-draft.js';
import type { UserRow } from './model/user-table.js';
import { saveUsers } from './save-users.js';
import { findTombstones } from './tombstones.js';

/** A checked batch of upserts, ready to be written inside a transaction. */
export interface UpsertBatch {
  write(transaction: WriteTransaction, actor: Actor, settings: AppSettings): Promise<UserRow[]>;
}

/** Checks the form of a batch of upserts; what depends on stored data is checked when it is written. */
export function parseUpserts(raw: unknown): UpsertBatch {
  const { items, issues } = checkBatch(raw, parseUserInput);
  return {
    write: async (transaction, actor, settings) => {
      const ids = items.map(({ item }) => item.id);
      const stored = await findUsersForUpdate(transaction, ids);
      const forgotten = await findTombstones(
        transaction,
        ids.filter(id => !stored.has(id)),
      );
      const drafts = items.map(({ index, item }): UserDraft => {
        const before = stored.get(item.id);
        return { index, before, after: replaceUser(before, item, transaction.now) };
      });
      const refusals = items.flatMap(({ index, item }) =>
        forgotten.has(item.id) ? [deletedIssue(item.id, index)] : refusal(stored.get(item.id), item, index),
      );
      throwIssues([...issues, ...refusals, ...(await draftIssues(transaction, settings, drafts))]);
      return saveUsers(transaction, actor, drafts);
    },
  };
}

function refusal(before: UserRow | undefined, write: UserWrite, index: number): Issue[] {
  if (before?.deleted_at !== undefined) return [deletedIssue(write.id, index)];
  const revision = before?.revision ?? 0;
  if (write.if_revision === undefined || write.if_revision === revision) return [];
  const now = before ? `is at revision ${revision} now` : 'does not exist';
  const message = `if_revision: the write expects revision ${write.if_revision}, but the user ${now}; read it again`;
  return [{ code: 'REVISION_CONFLICT', index, field: 'if_revision', message }];
}

/** The issue of a write to a user who has been deleted. */
export function deletedIssue(id: string, index: number): Issue {
  const message = `id: the user "${id}" has been deleted; its id can be neither written nor reused`;
  return { code: 'USER_DELETED', index, field: 'id', message };
}
