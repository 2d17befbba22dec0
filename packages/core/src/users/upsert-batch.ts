import type { Actor, AppSettings, Issue } from '@rollcall/protocol';
import { type ParsedUserInput, parseUserAsIs, parseUserInput } from '@rollcall/protocol/schemas';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { asIsIssues, bringAlong, holdBlocked, saveAsIs } from './as-is.js';
import { draftIssues } from './check-drafts.js';
import { findUsersForUpdate } from './find-users.js';
import { replaceUser } from './model/replace-user.js';
import type { UserDraft } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';
import { parseBatch, throwIssues } from './parse-batch.js';
import { saveUsers } from './save-users.js';
import { findTombstones } from './tombstones.js';
import { deletedIssue, staleIssues } from './write-issues.js';
import { countWritten, type WrittenUsers } from './written-users.js';

/** How a batch of upserts is written. */
export interface UpsertOptions {
  /** Whether what is read only otherwise is written, too: the users come from elsewhere, and stay as they were there. */
  asIs?: boolean;
  /** Whether a user who was deactivated or deleted where it comes from, and would be active here, is an error. */
  refuseDeactivated?: boolean;
}

/** A parsed batch of upserts, ready to be written in a transaction. */
export interface ParsedUpserts {
  write(transaction: WriteTransaction, actor: Actor, settings: AppSettings): Promise<WrittenUsers>;
}

/** Checks the form of a batch of upserts. `write` checks what depends on stored data. */
export function parseUpserts(raw: unknown, options: UpsertOptions = {}): ParsedUpserts {
  const { items, issues, more } = parseBatch(raw, options.asIs ? parseUserAsIs : parseUserInput);
  return {
    write: async (transaction, actor, settings) => {
      const ids = items.map(({ item }) => item.id);
      const gone = await holdBlocked(
        transaction,
        items.map(({ item }) => item),
      );
      const stored = await findUsersForUpdate(transaction, ids);
      const erased = await findTombstones(
        transaction,
        ids.filter(id => !stored.has(id)),
      );
      const found = [
        ...issues,
        ...items.flatMap(({ index, item }) =>
          erased.has(item.id)
            ? [deletedIssue(item.id, index)]
            : refusals(stored.get(item.id), { item, index, options, now: transaction.now }),
        ),
      ];
      const drafts = items.map(({ index, item }): UserDraft => {
        const before = stored.get(item.id);
        const draft = { index, before, after: replaceUser(before, item, transaction.now) };
        return item.asIs ? { ...draft, after: bringAlong(draft, item.asIs, gone) } : draft;
      });
      throwIssues([...found, ...(await draftIssues(transaction, settings, { drafts, found }))], more);
      const rows = await saveUsers(transaction, actor, drafts);
      return countWritten(drafts, options.asIs ? await saveAsIs(transaction, drafts, rows) : rows);
    },
  };
}

function refusals(
  before: UserRow | undefined,
  write: { item: ParsedUserInput; index: number; options: UpsertOptions; now: number },
): Issue[] {
  const { item, index, options, now } = write;
  if (before?.deleted_at !== undefined) return [deletedIssue(item.id, index)];
  const stale = staleIssues(before, item.if_revision, index);
  if (options.asIs) return [...stale, ...asIsIssues(item.asIs ?? {}, { index, now })];
  const active = before?.deactivated_at === undefined;
  return options.refuseDeactivated && active ? [...stale, ...inactiveIssues(item, index)] : stale;
}

/** An upsert makes no user inactive. A user who was inactive elsewhere must not be able to sign in here because of that. */
function inactiveIssues({ inactive: field }: ParsedUserInput, index: number): Issue[] {
  if (field === undefined) return [];
  const message =
    field === 'deactivated_at'
      ? 'the user is deactivated where it comes from, and would be active here; write it with as_is, or leave out the field'
      : 'the user is deleted where it comes from, and would be active here; leave out the user, or the field';
  return [{ code: 'INPUT_INVALID', index, field, message: `${field}: ${message}` }];
}
