import sql, { type Sql } from 'sql-template-tag';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { logContentEvent } from '../log-content-event.js';
import type { DeletionContext, SweepBatch } from '../product.js';
import type { CallRow } from './call-table.js';
import { IS_ONE_TO_ONE } from './find-calls.js';
import { findMemberIds, findSweptCalls } from './swept-calls.js';

/**
 * One batch of the deletion of the 1:1 calls of a user. `soft` hides them, and remembers with whom; `hard` takes them
 * away with their members, hidden ones too. Group calls are never touched. An event for each call names both members.
 */
export function deleteCalls(context: DeletionContext, mode: 'soft' | 'hard'): Promise<SweepBatch> {
  return mode === 'soft' ? hideCalls(context) : removeCalls(context);
}

/** Which rows of `calls` such a deletion has still to do with. */
function isToBeDeleted(userId: string, mode: 'soft' | 'hard'): Sql {
  const memberships = sql`SELECT cid FROM call_members WHERE user_id = ${userId}`;
  return mode === 'soft'
    ? sql`${IS_ONE_TO_ONE} AND calls.cid IN (${memberships} AND deleted = false)`
    : sql`${IS_ONE_TO_ONE} AND calls.cid IN (${memberships})`;
}

async function hideCalls(context: DeletionContext): Promise<SweepBatch> {
  const { transaction, userId } = context;
  const calls = await findSweptCalls(context, isToBeDeleted(userId, 'soft'));
  if (calls.length === 0) return { changed: {}, more: false };
  // What was hidden with the other member stays as it is, until both are back.
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

async function removeCalls(context: DeletionContext): Promise<SweepBatch> {
  const { transaction, userId } = context;
  const calls = await findSweptCalls(context, isToBeDeleted(userId, 'hard'));
  if (calls.length === 0) return { changed: {}, more: false };
  await logDeletions(context, calls, 'hard');
  await removeRows(transaction, cidsOf(calls));
  return { changed: { calls: calls.length }, more: true };
}

async function removeRows(transaction: WriteTransaction, cids: readonly string[]): Promise<void> {
  const { dialect } = transaction;
  await transaction.query(sql`DELETE FROM call_members WHERE cid IN (${dialect.values(cids)})`);
  await transaction.query(sql`DELETE FROM calls WHERE cid IN (${dialect.values(cids)})`);
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
