import sql, { raw, type Sql } from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../../database/unit-of-work.js';
import { eraseKeptContent } from '../../idempotency/remove-kept-answers.js';
import { logContentEvent } from '../log-content-event.js';
import type { CascadeBatch, CascadeContext, DeletionContext } from '../product.js';
import { type CallRow, callTable, IS_ONE_TO_ONE } from './call-table.js';

/**
 * One batch of the deletion of a user's 1:1 calls. `soft` hides them and records with which member. `hard` removes them
 * with their members, including hidden ones. Group calls are never touched. One event for each call names both members.
 */
export function deleteCalls(context: DeletionContext, mode: 'soft' | 'hard'): Promise<CascadeBatch> {
  return mode === 'soft' ? hideCalls(context) : removeCalls(context);
}

/** Which rows of `calls` such a deletion still has to change. */
function isToBeDeleted(userId: string, mode: 'soft' | 'hard'): Sql {
  const memberships = sql`SELECT cid FROM call_members WHERE user_id = ${userId}`;
  return mode === 'soft'
    ? sql`${IS_ONE_TO_ONE} AND calls.cid IN (${memberships} AND deleted = false)`
    : sql`${IS_ONE_TO_ONE} AND calls.cid IN (${memberships})`;
}

async function hideCalls(context: DeletionContext): Promise<CascadeBatch> {
  const { transaction, userId } = context;
  const calls = await findCascadedCalls(context, isToBeDeleted(userId, 'soft'));
  if (calls.length === 0) return { changed: {}, more: false };
  // A call that was hidden with the other member stays hidden until both members are back.
  const hidden = calls.filter(call => call.deleted_at === undefined);
  const { dialect } = transaction;
  await transaction.query(
    sql`UPDATE call_members SET deleted = true WHERE user_id = ${userId} AND cid IN (${dialect.values(cidsOf(calls))})`,
  );
  await transaction.query(
    sql`UPDATE calls SET deleted_at = ${transaction.now}, deleted_with = 'deletion'
      WHERE cid IN (${dialect.values(cidsOf(hidden))})`,
  );
  await logDeletions(context, hidden, 'soft');
  return { changed: { calls: hidden.length }, more: true };
}

async function removeCalls(context: DeletionContext): Promise<CascadeBatch> {
  const { transaction, userId } = context;
  const calls = await findCascadedCalls(context, isToBeDeleted(userId, 'hard'));
  if (calls.length === 0) return { changed: {}, more: false };
  await logDeletions(context, calls, 'hard');
  await removeRows(transaction, cidsOf(calls));
  return { changed: { calls: calls.length }, more: true };
}

async function removeRows(transaction: WriteTransaction, cids: readonly string[]): Promise<void> {
  const { dialect } = transaction;
  await transaction.query(sql`DELETE FROM call_members WHERE cid IN (${dialect.values(cids)})`);
  await transaction.query(sql`DELETE FROM calls WHERE cid IN (${dialect.values(cids)})`);
  await eraseKeptContent(transaction, 'call', cids);
}

async function logDeletions(
  { transaction, actor }: DeletionContext,
  calls: readonly CallRow[],
  mode: 'soft' | 'hard',
): Promise<void> {
  const members = await findMemberIds(transaction, cidsOf(calls));
  for (const { cid, type, id } of calls) {
    const user_ids = members.get(cid) ?? [];
    logContentEvent(transaction, actor, { type: 'call.deleted', call: { cid, type, id }, user_ids, mode });
  }
}

function cidsOf(calls: readonly CallRow[]): string[] {
  return calls.map(call => call.cid);
}

/**
 * One batch that brings back the 1:1 calls that were hidden with a user. A call whose other member is still deleted
 * with its calls stays hidden and comes back with that member. One event for each restored call names both members.
 */
export async function restoreCalls(context: CascadeContext): Promise<CascadeBatch> {
  const { transaction, userId, actor } = context;
  const { dialect } = transaction;
  const calls = await findCascadedCalls(
    context,
    sql`calls.cid IN (SELECT cid FROM call_members WHERE user_id = ${userId} AND deleted = true)`,
  );
  if (calls.length === 0) return { changed: {}, more: false };
  const cids = calls.map(call => call.cid);
  await transaction.query(
    sql`UPDATE call_members SET deleted = false WHERE user_id = ${userId} AND cid IN (${dialect.values(cids)})`,
  );
  const cells = await transaction.query(
    sql`UPDATE calls SET deleted_at = NULL, deleted_with = NULL
      WHERE cid IN (${dialect.values(cids)}) AND deleted_with = 'deletion' AND NOT EXISTS (
        SELECT 1 FROM call_members WHERE call_members.cid = calls.cid AND call_members.deleted = true
      ) RETURNING cid`,
  );
  const back = new Set(cells.map(cell => cell.cid));
  const members = await findMemberIds(transaction, [...back] as string[]);
  for (const { cid, type, id } of calls) {
    if (!back.has(cid)) continue;
    const user_ids = members.get(cid) ?? [];
    logContentEvent(transaction, actor, { type: 'call.restored', call: { cid, type, id }, user_ids });
  }
  return { changed: { calls: back.size }, more: true };
}

/** The calls of the next batch of a cascade, ordered by cid and locked. */
async function findCascadedCalls({ transaction, limit }: CascadeContext, condition: Sql): Promise<CallRow[]> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(callTable.columnList)} FROM calls WHERE ${condition}
      ORDER BY calls.cid LIMIT ${limit}${dialect.forUpdate}`,
  );
  return cells.map(one => callTable.decode(one, dialect));
}

/** The member ids of calls, by call, in order. */
async function findMemberIds(
  transaction: Transaction,
  cids: readonly string[],
): Promise<Map<string, string[]>> {
  const cells = await transaction.query(
    sql`SELECT cid, user_id FROM call_members WHERE cid IN (${transaction.dialect.values(cids)})
      ORDER BY cid, user_id`,
  );
  const members = new Map<string, string[]>();
  for (const { cid, user_id } of cells as { cid: string; user_id: string }[]) {
    members.set(cid, [...(members.get(cid) ?? []), user_id]);
  }
  return members;
}
