/**
 * Users that come from elsewhere and stay as they were there: what is read only otherwise is written, too. The checks of
 * an upsert hold all the same. What is told: a user who comes into being is created as it is, with no event for each of
 * its parts; of a stored one, each change is told by the event that tells it otherwise, blocks and devices all together
 * in `user.updated`.
 */
import type { Device, Issue } from '@rollcall/protocol';
import type { AsIsFields } from '@rollcall/protocol/schemas';
import sql from 'sql-template-tag';
import type { Column } from '../database/dialect.js';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { saveBlocks } from './block-table.js';
import type { UserDraft } from './model/user-changes.js';
import type { UserRow } from './model/user-table.js';
import { findTombstones } from './tombstones.js';

/** How far the clock that gave the times may be ahead of this one. */
const CLOCK_TOLERANCE_MS = 24 * 60 * 60 * 1000;

/** What is wrong with the times of one user: nothing has happened in the future. */
export function asIsIssues(asIs: AsIsFields, { index, now }: { index: number; now: number }): Issue[] {
  return (['created_at', 'last_active', 'deactivated_at'] as const).flatMap((field): Issue[] => {
    const at = asIs[field];
    if (at === undefined || at === null || at <= now + CLOCK_TOLERANCE_MS) return [];
    const message = `${field}: this time lies in the future; a time is epoch milliseconds or an ISO 8601 string`;
    return [{ code: 'INPUT_INVALID', index, field, message }];
  });
}

/** Users whom nobody can block any more: those who are marked as deleted, and those who are erased. */
export type GoneUsers = ReadonlyMap<string, 'deleted' | 'erased'>;

/**
 * Locks the users of a batch together with all whom they block, in the order of the ids, so that two batches that name
 * each other do not deadlock, and nobody who is blocked is deleted meanwhile.
 * @returns those of the blocked users whom nobody can block any more.
 */
export async function holdBlocked(
  transaction: WriteTransaction,
  items: readonly { id: string; asIs?: AsIsFields }[],
): Promise<GoneUsers> {
  const { dialect } = transaction;
  const blocked = [...new Set(items.flatMap(({ asIs }) => asIs?.blocked_user_ids ?? []))];
  if (blocked.length === 0) return new Map();
  const all = [...new Set([...items.map(item => item.id), ...blocked])];
  const stored = await transaction.query(
    sql`SELECT id, deleted_at FROM users WHERE id IN (${dialect.values(all)}) ORDER BY id${dialect.forUpdate}`,
  );
  const known = new Map(stored.map(row => [row.id as string, row.deleted_at !== null]));
  const erased = await findTombstones(
    transaction,
    blocked.filter(id => !known.has(id)),
  );
  return new Map([
    ...[...erased].map(id => [id, 'erased'] as const),
    ...blocked.filter(id => known.get(id)).map(id => [id, 'deleted'] as const),
  ]);
}

/**
 * The user after a replacing write, with what it brings along. Its blocks may name users who do not exist, or not yet,
 * for they can be of the same import. They name nobody who has been erased: an erasure took the id out of all blocks.
 * A block of a user who is deleted can stay, and cannot be made.
 */
export function bringAlong({ before, after }: UserDraft, asIs: AsIsFields, gone: GoneUsers): UserRow {
  const blocked = (asIs.blocked_user_ids ?? []).filter(
    id => !gone.has(id) || (gone.get(id) === 'deleted' && before?.blocked_user_ids.includes(id)),
  );
  return withBrought(after, { ...asIs, ...(asIs.blocked_user_ids && { blocked_user_ids: blocked }) });
}

function withBrought(row: UserRow, asIs: AsIsFields): UserRow {
  const after: UserRow = { ...row };
  if (asIs.created_at) after.created_at = asIs.created_at;
  // A user who has been active here since was not active later elsewhere.
  if (asIs.last_active && asIs.last_active > (row.last_active ?? 0)) after.last_active = asIs.last_active;
  if (asIs.devices !== undefined) after.devices = (asIs.devices ?? []).map(device => dated(device, row));
  if (asIs.blocked_user_ids !== undefined) after.blocked_user_ids = asIs.blocked_user_ids ?? [];
  for (const field of ['deactivated_at', 'revoke_tokens_issued_before', 'ban_expires'] as const) {
    const value = asIs[field];
    if (value === null) delete after[field];
    else if (value !== undefined) after[field] = value;
  }
  return after;
}

/** A device without a time keeps the one that it has, or is as old as its user was when it came. */
function dated(device: Omit<Device, 'created_at'> & { created_at?: number }, row: UserRow): Device {
  const known = row.devices.find(one => one.id === device.id);
  return { ...device, created_at: device.created_at ?? known?.created_at ?? row.updated_at };
}

/**
 * Writes what the row of a user does not hold, or a write of users leaves alone: the blocks, and when the user was last
 * active.
 * @param rows the users as `saveUsers` has stored them, in the order of the drafts.
 * @returns the same users as they are stored now.
 */
export async function saveAsIs(
  transaction: WriteTransaction,
  drafts: readonly UserDraft[],
  rows: readonly UserRow[],
): Promise<UserRow[]> {
  await saveBlocks(
    transaction,
    drafts.map(({ before, after }) => ({
      userId: after.id,
      before: before?.blocked_user_ids ?? [],
      after: after.blocked_user_ids,
    })),
  );
  const later = drafts.flatMap(({ before, after }) =>
    before && after.last_active !== before.last_active ? [[after.id, after.last_active] as const] : [],
  );
  await raiseLastActive(transaction, later);
  const raised = new Map(later);
  return rows.map(row => (raised.has(row.id) ? { ...row, last_active: raised.get(row.id) } : row));
}

const SEEN: readonly Column[] = [
  { name: 'id', kind: 'text' },
  { name: 'at', kind: 'integer' },
];

async function raiseLastActive(
  transaction: WriteTransaction,
  seen: readonly (readonly [string, number | undefined])[],
): Promise<void> {
  if (seen.length === 0) return;
  const { expressions, source } = transaction.dialect.rowsFromJson(SEEN);
  await transaction.query(
    sql`WITH given(id, at) AS (SELECT ${expressions} FROM ${source(JSON.stringify(seen))})
      UPDATE users SET last_active = given.at FROM given WHERE users.id = given.id`,
  );
}
