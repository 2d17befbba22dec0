import type { ParsedQueryCalls } from '@rollcall/protocol/schemas';
import sql, { join, raw } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import { readContentCursor, writeContentCursor } from '../content-cursor.js';
import type { Viewer } from '../viewer.js';
import { type CallPage, loadCallPage } from './call-page.js';
import { callTable } from './call-table.js';
import { IS_IN_SIGHT, isCallOf, mayBeSeenBy } from './find-calls.js';

/**
 * One page of the calls that a viewer may see, newest first. Paging is stable: a call that is made meanwhile moves none
 * to another page.
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
  const rows = cells.slice(0, limit).map(one => callTable.decode(one, transaction.dialect));
  const last = rows.at(-1);
  const page = await loadCallPage(transaction, rows);
  if (cells.length <= limit || !last) return page;
  return { ...page, next: writeContentCursor({ created_at: last.created_at, key: last.cid }, asked) };
}
