import { type Actor, type AppSettings, type Issue, privatePathMetBy, USER_FIELDS } from '@rollcall/protocol';
import { type ParsedPartialUpdate, parsePartialUpdate } from '@rollcall/protocol/schemas';
import { belongsTo, type Tenant } from '../access/access.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { draftIssues } from './check-drafts.js';
import { findUsersForUpdate } from './find-users.js';
import { applyPartialUpdate } from './model/apply-partial-update.js';
import { withoutRunOutBan } from './model/to-user.js';
import type { UserDraft } from './model/user-changes.js';
import { parseBatch, throwIssues } from './parse-batch.js';
import { saveUsers } from './save-users.js';
import { findTombstones } from './tombstones.js';
import { deletedIssue, staleIssues } from './write-issues.js';
import { countWritten, type WrittenUsers } from './written-users.js';

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
  const { items, issues, more } = parseBatch(raw, parsePartialUpdate);
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
      let moreApplied = 0;
      for (const { index, item } of items) {
        const row = stored.get(item.id);
        const before = row && belongsTo(tenant, row.teams) ? row : undefined;
        if (erased.has(item.id) || before?.deleted_at !== undefined) found.push(deletedIssue(item.id, index));
        else if (!before) found.push(unknownIssue(item.id, index));
        else {
          found.push(...staleIssues(before, item.if_revision, index));
          const applied = applyPartialUpdate(withoutRunOutBan(before, transaction.now), item);
          found.push(...applied.issues.map(issue => ({ ...issue, index })));
          moreApplied += applied.more;
          if (applied.issues.length === 0) drafts.push({ index, before, after: applied.row });
        }
      }
      throwIssues(
        [...found, ...(await draftIssues(transaction, settings, { drafts, found }))],
        more + moreApplied,
      );
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
