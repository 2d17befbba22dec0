import { LIMITS } from '@rollcall/protocol';
import type { ParsedQueryCalls } from '@rollcall/protocol/schemas';
import sql, { join, raw } from 'sql-template-tag';
import { readContentCursor, writeContentCursor } from '../../database/page-cursor.js';
import type { Transaction } from '../../database/unit-of-work.js';
import { findUsers } from '../../users/find-users.js';
import type { UserRow } from '../../users/model/user-table.js';
import type { Viewer } from '../../users/viewer.js';
import { fittingCids, readShownMembers } from '../shown-members.js';
import {
  type CallMemberRow,
  type CallRow,
  callMemberTable,
  callTable,
  IS_IN_SIGHT,
  isCallOf,
  mayBeSeenBy,
} from './call-table.js';

const MEMBERSHIPS = { of: 'calls', members: callMemberTable, shown: LIMITS.callMembers } as const;

/** A call with its members as they are stored. */
export interface CallWithMembers {
  row: CallRow;
  /** The first 100 members, in the order in which they became members. */
  members: CallMemberRow[];
  memberCount: number;
}

/** Calls, and every user that they name. */
export interface CallPage {
  calls: CallWithMembers[];
  users: ReadonlyMap<string, UserRow>;
  /** Where the next page begins. The last page has none. */
  next?: string;
}

/**
 * One page of the calls that a viewer may see, newest first. Paging is stable: a call that is made meanwhile moves no
 * other call to another page. A page is cut where its calls become long with their members.
 * @throws RollcallError `CURSOR_INVALID`
 */
export async function queryCalls(
  transaction: Transaction,
  viewer: Viewer,
  { member, type, ended, limit, next }: ParsedQueryCalls,
): Promise<CallPage> {
  const asked = [member ?? null, type ?? null, ended ?? null];
  const conditions = [IS_IN_SIGHT, mayBeSeenBy(viewer)];
  if (member !== undefined) conditions.push(isCallOf(member));
  if (type !== undefined) conditions.push(sql`calls.type = ${type}`);
  if (ended !== undefined)
    conditions.push(ended ? sql`calls.ended_at IS NOT NULL` : sql`calls.ended_at IS NULL`);
  if (next !== undefined) {
    const after = readContentCursor(next, asked);
    conditions.push(sql`(calls.created_at, calls.cid) < (${after.created_at}, ${after.key})`);
  }
  const cells = await transaction.query(
    sql`SELECT ${raw(callTable.columnList)} FROM calls WHERE ${join(conditions, ' AND ')}
      ORDER BY calls.created_at DESC, calls.cid DESC LIMIT ${limit + 1}`,
  );
  const found = cells.slice(0, limit).map(one => callTable.decode(one, transaction.dialect));
  const cids = found.map(row => row.cid);
  const rows = found.slice(0, await fittingCids(transaction, MEMBERSHIPS, cids));
  const last = rows.at(-1);
  const page = await loadCallPage(transaction, rows);
  if (cells.length <= rows.length || !last) return page;
  return { ...page, next: writeContentCursor({ created_at: last.created_at, key: last.cid }, asked) };
}

/** Adds members and users to calls, with one query for each, for any number of calls. */
export async function loadCallPage(transaction: Transaction, rows: readonly CallRow[]): Promise<CallPage> {
  const shown = await readShownMembers(
    transaction,
    MEMBERSHIPS,
    rows.map(row => row.cid),
  );
  const calls = rows.map(row => ({ row, ...(shown.get(row.cid) ?? { members: [], memberCount: 0 }) }));
  const ids = calls.flatMap(call => [
    ...(call.row.created_by_id === undefined ? [] : [call.row.created_by_id]),
    ...call.members.map(member => member.user_id),
  ]);
  return { calls, users: await findUsers(transaction, [...new Set(ids)]) };
}
