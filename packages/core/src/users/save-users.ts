import {
  type Actor,
  type Changes,
  splitPath,
  USER_FIELDS,
  type User,
  type UserField,
} from '@rollcall/protocol';
import { type ChangedRow, insertRows, updateRows } from '../database/table.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { jsonEqual } from '../json/json-values.js';
import { readSettings } from '../settings/settings.js';
import { endBan, saveBans, type WrittenUser } from './bans.js';
import { logUserEvent } from './log-user-event.js';
import { DERIVED_COLUMNS } from './model/derived-columns.js';
import { hasRunOut, toUser, withoutRunOutBan } from './model/to-user.js';
import { type UserDraft, userChanges } from './model/user-changes.js';
import { KEPT_COLUMNS, type UserRow, userTable } from './model/user-table.js';
import { marksOf, showsToOthers } from './model/visible-user.js';

/** Drafts that are to be written, and who causes it. */
interface SavedWrite {
  actor: Actor;
  drafts: readonly UserDraft[];
}

/**
 * Writes the users that changed and logs what happened to each. A user who did not change is not written: no event, no
 * new `updated_at`, no new `revision`. Both move with the changes that others can see, and with no other: they must not
 * tell when something private changes.
 * @returns every user of the drafts as stored now, in the order of the drafts.
 */
export async function saveUsers(
  transaction: WriteTransaction,
  actor: Actor,
  drafts: readonly UserDraft[],
): Promise<UserRow[]> {
  const [rows = []] = await saveWrites(
    transaction,
    [{ actor, drafts }],
    await privatePathsFor(transaction, drafts),
  );
  return rows;
}

/**
 * The same for several writes, which are logged in their order.
 * @param privatePaths the setting `private_custom_fields`.
 */
export async function saveWrites(
  transaction: WriteTransaction,
  writes: readonly SavedWrite[],
  privatePaths: readonly string[],
): Promise<UserRow[][]> {
  const created: UserRow[] = [];
  const changed: ChangedRow<UserRow>[] = [];
  const written: WrittenUser[] = [];
  const save = (actor: Actor, draft: UserDraft): UserRow => {
    const changes =
      draft.before &&
      userChanges(
        withoutRunOutBan(draft.before, transaction.now),
        withoutRunOutBan(draft.after, transaction.now),
      );
    if (draft.before && changes && Object.keys(changes).length === 0) return draft.before;
    const visible = !changes || showsToOthers(toUser(draft.after, transaction.now), changes, privatePaths);
    // A ban that has run out is told before what is done now, and is not written again.
    const ranOut = draft.before !== undefined && hasRunOut(draft.before, transaction.now);
    const before = draft.before && ranOut ? endBan(transaction, draft.before) : draft.before;
    const row: UserRow = {
      ...withoutRunOutBan(draft.after, transaction.now),
      ...(draft.before?.name !== draft.after.name && DERIVED_COLUMNS.name(draft.after.name)),
      ...marksOf(before, { visible, now: transaction.now }),
    };
    if (draft.before) changed.push({ before: draft.before, after: row });
    else created.push(row);
    written.push({ after: row, ranOut, ...(before && { before }), ...(draft.ban && { ban: draft.ban }) });
    logChange(transaction, actor, { user: toUser(row, transaction.now), changes, draft });
    return row;
  };
  const stored = writes.map(({ actor, drafts }) => drafts.map(draft => save(actor, draft)));
  // A user whom somebody else created since we looked makes the insert fail, and the whole transaction runs again and
  // sees them. The order of the ids keeps two batches that overlap from waiting for each other.
  await insertRows(transaction, userTable, created.sort(byId));
  await updateRows(transaction, userTable, changed, { key: 'id', keep: KEPT_COLUMNS });
  await saveBans(transaction, written);
  return stored;
}

/** What others cannot see of custom data. The setting is read only where a write changes custom data. */
async function privatePathsFor(
  transaction: WriteTransaction,
  drafts: readonly UserDraft[],
): Promise<readonly string[]> {
  const changes = drafts.some(({ before, after }) => before && !jsonEqual(before.custom, after.custom));
  return changes ? (await readSettings(transaction)).private_custom_fields : [];
}

function byId(one: UserRow, other: UserRow): number {
  return one.id < other.id ? -1 : 1;
}

function logChange(
  transaction: WriteTransaction,
  actor: Actor,
  change: { user: User; changes?: Changes; draft: Pick<UserDraft, 'modes' | 'ban' | 'told'> },
): void {
  const { user, changes } = change;
  const { modes, ban: details, told } = change.draft;
  if (!changes) {
    logUserEvent(transaction, actor, { type: 'user.created', user });
    const ban: Changes = {
      ...(user.banned && { banned: { before: false, after: true } }),
      ...(user.shadow_banned && { shadow_banned: { before: false, after: true } }),
    };
    if (Object.keys(ban).length > 0)
      logUserEvent(transaction, actor, { type: 'user.banned', user, changes: ban, ...details });
    return;
  }
  const rest: Changes = {};
  const ban: Changes = {};
  const own: Changes = {};
  for (const [path, change] of Object.entries(changes)) {
    const events = eventsOf(path);
    const [set, cleared] = typeof events === 'string' ? ([events, events] as const) : events;
    switch (set) {
      case 'user.deactivated':
      case 'user.deleted': {
        const type = change.after === undefined ? cleared : set;
        logUserEvent(transaction, actor, { type, user, changes: { [path]: change }, modes });
        break;
      }
      case 'user.banned':
        ban[path] = change;
        break;
      case 'user.blocked':
      case 'user.device.added':
        (told ? own : rest)[path] = change;
        break;
      case 'user.tokens.revoked':
        logUserEvent(transaction, actor, { type: set, user, changes: { [path]: change } });
        break;
      case 'user.updated':
        rest[path] = change;
        break;
      default:
        throw new Error(`nothing tells of a change of ${path} by ${set satisfies never}`);
    }
  }
  if (Object.keys(ban).length > 0) {
    const type = isBanAfter(user, ban) ? 'user.banned' : 'user.unbanned';
    logUserEvent(transaction, actor, { type, user, changes: ban, ...(type === 'user.banned' && details) });
  }
  if (told && Object.keys(own).length > 0) logUserEvent(transaction, actor, { ...told, user, changes: own });
  if (Object.keys(rest).length > 0)
    logUserEvent(transaction, actor, { type: 'user.updated', user, changes: rest });
}

/** The event that tells of a change at a path, or the two that tell that the field was set and that it was cleared. */
type TellingEvents = Exclude<(typeof USER_FIELDS)[UserField]['changes'], 'never' | 'apart' | 'along'>;

function eventsOf(path: string): TellingEvents {
  // A field that no event tells of is not compared.
  return USER_FIELDS[splitPath(path)[0] as UserField].changes as TellingEvents;
}

/** Those who follow the user see the open ban only: what they are told must not say more than that. */
function isBanAfter(user: User, ban: Changes): boolean {
  return ban.banned ? user.banned : user.banned || user.shadow_banned === true;
}
