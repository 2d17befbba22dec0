import {
  type Actor,
  type AppSettings,
  type Issue,
  privatePathMetBy,
  RollcallError,
  USER_FIELDS,
} from '@rollcall/protocol';
import { type ParsedPartialUpdate, parsePartialUpdate } from '@rollcall/protocol/schemas';
import { belongsTo, type Tenant } from '../access/access.js';
import { applyPartialUpdate } from './model/apply-partial-update.js';
import { toUser, withoutRunOutBan } from './model/to-user.js';
import type { UserDraft } from './model/user-changes.js';
import { parseBatch } from './parse-batch.js';
import type { DraftedWrite, KnownUsers, UserWrite } from './user-write.js';
import { deletedIssue, staleIssues } from './write-issues.js';

/** Which fields a caller may change: a server all of them, a user only those that are not reserved for servers. */
export type WriteRights = 'server' | 'user';

/**
 * A batch of partial updates. It checks the form at once, and the rest when it is worked out.
 * @param options `rights`: which fields the actor may change. Who is not of the `tenant` is to the actor as unknown as one
 * who never was, deleted or not.
 */
export function partialUpdates(
  actor: Actor,
  raw: unknown,
  { rights, tenant }: { rights: WriteRights; tenant?: Tenant },
): UserWrite {
  const { items, issues, more } = parseBatch(raw, parsePartialUpdate);
  const ids = items.map(({ item }) => item.id);
  const reserved = items.flatMap(({ index, item }) =>
    rights === 'server' ? [] : reservedIssues(item, index),
  );
  const draft = ({ stored, erased, settings, now }: KnownUsers): DraftedWrite => {
    if (rights === 'user') refuseBanned(actor, stored, now);
    const found = [...issues, ...reserved];
    if (rights === 'user') found.push(...privateIssues(items, { actor, settings }));
    const drafts: UserDraft[] = [];
    let moreApplied = 0;
    for (const { index, item } of items) {
      const row = stored.get(item.id);
      const before = row && belongsTo(tenant, row.teams) ? row : undefined;
      // The teams of a hard-deleted user are gone, so nobody can tell which tenant it belonged to.
      const isErased = tenant === undefined && erased.has(item.id);
      if (isErased || before?.deleted_at !== undefined) found.push(deletedIssue(item.id, index));
      else if (!before) found.push(unknownIssue(item.id, index));
      else {
        found.push(...staleIssues(before, item.if_revision, index));
        const applied = applyPartialUpdate(withoutRunOutBan(before, now), item);
        found.push(...applied.issues.map(issue => ({ ...issue, index })));
        moreApplied += applied.more;
        if (applied.issues.length === 0) drafts.push({ index, before, after: applied.row });
      }
    }
    return { drafts, found, more: more + moreApplied };
  };
  const reads = rights === 'user' && actor.id !== undefined && !ids.includes(actor.id) ? [actor.id] : [];
  return { actor, ids, reads, draft };
}

/** @throws RollcallError `USER_BANNED` */
function refuseBanned({ id }: Actor, stored: KnownUsers['stored'], now: number): void {
  const row = id === undefined ? undefined : stored.get(id);
  if (row && toUser(row, now).banned) {
    throw new RollcallError('USER_BANNED', `the user "${id}" is banned and cannot write`);
  }
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
