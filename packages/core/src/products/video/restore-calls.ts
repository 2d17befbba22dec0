import sql from 'sql-template-tag';
import { logContentEvent } from '../log-content-event.js';
import type { SweepBatch, SweepContext } from '../product.js';
import { findMemberIds, findSweptCalls } from './swept-calls.js';

/**
 * One batch of the return of the 1:1 calls that were hidden with a user. A call whose other member is deleted with its
 * calls, too, stays hidden; it comes back with that member. An event for each call that is back names both members.
 */
export async function restoreCalls(context: SweepContext): Promise<SweepBatch> {
  const { transaction, userId, actor } = context;
  const { dialect } = transaction;
  const calls = await findSweptCalls(
    context,
    sql`calls.cid IN (SELECT cid FROM call_members WHERE user_id = ${userId} AND deleted = true)`,
  );
  if (calls.length === 0) return { changed: {}, more: false };
  const cids = calls.map(call => call.cid);
  await transaction.query(
    sql`UPDATE call_members SET deleted = false WHERE user_id = ${userId} AND cid IN (${dialect.values(cids)})`,
  );
  const cells = await transaction.query(
    sql`update calls SET deleted_at = NULL, deleted_with = NULL
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
