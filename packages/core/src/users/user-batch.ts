import { type Actor, type AppSettings, type Issue, privatePathMetBy, USER_FIELDS } from '@rollcall/protocol';
import {
  type ParsedPartialUpdate,
  type ParsedUserInput,
  parsePartialUpdate,
  parseUserInput,
} from '@rollcall/protocol/schemas';
import { belongsTo, type Tenant } from '../access/access.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { draftIssues } from './check-drafts.js';
import { findUsersForUpdate } from './find-users.js';
import { applyPartialUpdate } from './model/apply-partial-update.js';
import { replaceUser } from './model/replace-user.js';
import { withoutRunOutBan } from './model/to-user.js';
import type { UserDraft } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';
import { parseBatch, throwIssues } from './parse-batch.js';
import { saveUsers } from './save-users.js';
import { findTombstones } from './tombstones.js';
import { countWritten, type WrittenUsers } from './written-users.js';

/** A parsed batch of upserts, ready to be written in a transaction. */
export interface ParsedUpserts {
  write(transaction: WriteTransaction, actor: Actor, settings: AppSettings): Promise<WrittenUsers>;
}

/** Checks the form of a batch of upserts. `write` checks what depends on stored data. */
export function parseUpserts(raw: unknown): ParsedUpserts {
  const { items, issues } = parseBatch(raw, parseUserInput);
  return {
    write: async (transaction, actor, settings) => {
      const ids = items.map(({ item }) => item.id);
      const stored = await findUsersForUpdate(transaction, ids);
      const erased = await findTombstones(
        transaction,
        ids.filter(id => !stored.has(id)),
      );
      const drafts = items.map(({ index, item }): UserDraft => {
        const before = stored.get(item.id);
        return { index, before, after: replaceUser(before, item, transaction.now) };
      });
      const refusals = items.flatMap(({ index, item }) =>
        erased.has(item.id) ? [deletedIssue(item.id, index)] : refusal(stored.get(item.id), item, index),
      );
      const found = [...issues, ...refusals];
      throwIssues([...found, ...(await draftIssues(transaction, settings, { drafts, found }))]);
      return countWritten(drafts, await saveUsers(transaction, actor, drafts));
    },
  };
}

function refusal(before: UserRow | undefined, write: ParsedUserInput, index: number): Issue[] {
  if (before?.deleted_at !== undefined) return [deletedIssue(write.id, index)];
  return staleIssues(before, write.if_revision, index);
}

/** The issue of a write that was made for another revision of its user; no such user is revision 0. */
function staleIssues(before: UserRow | undefined, expected: number | undefined, index: number): Issue[] {
  const revision = before?.revision ?? 0;
  if (expected === undefined || expected === revision) return [];
  const now = before ? `is at revision ${revision} now` : 'does not exist';
  const message = `if_revision: the write expects revision ${expected}, but the user ${now}; read it again`;
  return [{ code: 'REVISION_CONFLICT', index, field: 'if_revision', message }];
}

/** The issue of a write to a deleted user. */
function deletedIssue(id: string, index: number): Issue {
  const message = `id: the user "${id}" has been deleted; its id can be neither written nor reused`;
  return { code: 'USER_DELETED', index, field: 'id', message };
}

/** Which fields a caller may change: a server all of them, a user only those that are not reserved for servers. */
export type WriteRights = 'server' | 'user';

/** A parsed batch of partial updates, ready to be written in a transaction. */
export interface ParsedPartialUpdates {
  /** The users that the batch names, for authorisation before the write. */
  readonly ids: readonly string[];
  write(transaction: WriteTransaction, actor: Actor, settings: AppSettings): Promise<WrittenUsers>;
}

/**
 * Checks the form of a batch of partial updates. `write` checks what depends on stored data.
 * @param tenant whom the caller sees. All other users are unknown to it, deleted or not.
 */
export function parsePartialUpdates(
  raw: unknown,
  rights: WriteRights,
  tenant?: Tenant,
): ParsedPartialUpdates {
  const { items, issues } = parseBatch(raw, parsePartialUpdate);
  const ids = items.map(({ item }) => item.id);
  const reserved = items.flatMap(({ index, item }) =>
    rights === 'server' ? [] : reservedIssues(item, index),
  );
  return {
    ids,
    write: async (transaction, actor, settings) => {
      const stored = await findUsersForUpdate(transaction, ids);
      // The teams of a hard-deleted user are gone, so nobody can tell which tenant it belonged to.
      const gone = tenant === undefined ? ids.filter(id => !stored.has(id)) : [];
      const erased = await findTombstones(transaction, gone);
      const found = [...issues, ...reserved];
      if (rights === 'user') found.push(...privateIssues(items, { actor, settings }));
      const drafts: UserDraft[] = [];
      for (const { index, item } of items) {
        const row = stored.get(item.id);
        const before = row && belongsTo(tenant, row.teams) ? row : undefined;
        if (erased.has(item.id) || before?.deleted_at !== undefined) found.push(deletedIssue(item.id, index));
        else if (!before) found.push(unknownIssue(item.id, index));
        else {
          found.push(...staleIssues(before, item.if_revision, index));
          const applied = applyPartialUpdate(withoutRunOutBan(before, transaction.now), item);
          found.push(...applied.issues.map(issue => ({ ...issue, index })));
          if (applied.issues.length === 0) drafts.push({ index, before, after: applied.row });
        }
      }
      throwIssues([...found, ...(await draftIssues(transaction, settings, { drafts, found }))]);
      return countWritten(drafts, await saveUsers(transaction, actor, drafts));
    },
  };
}

function reservedIssues(write: ParsedPartialUpdate, index: number): Issue[] {
  return write.steps.flatMap(({ target, path }): Issue[] => {
    if (target.kind === 'custom' || USER_FIELDS[target.field].write !== 'server') return [];
    const message = `${path}: only a server token may change ${target.field}`;
    return [{ code: 'NOT_ALLOWED', index, field: path, message }];
  });
}

/** Private parts of custom data are the user's own: another user can neither see nor write them, alone or with the rest. */
function privateIssues(
  items: readonly { index: number; item: ParsedPartialUpdate }[],
  { actor, settings }: { actor: Actor; settings: AppSettings },
): Issue[] {
  return items.flatMap(({ index, item }) =>
    item.steps.flatMap(({ target, path }): Issue[] => {
      if (item.id === actor.id || target.kind !== 'custom') return [];
      const met = privatePathMetBy(target.path, settings.private_custom_fields);
      if (met === undefined) return [];
      const message = `${path}: ${met} is private; only a server token and the user itself may change it`;
      return [{ code: 'NOT_ALLOWED', index, field: path, message }];
    }),
  );
}

function unknownIssue(id: string, index: number): Issue {
  return {
    code: 'USER_NOT_FOUND',
    index,
    field: 'id',
    message: `id: there is no user "${id}"; create it first`,
  };
}
