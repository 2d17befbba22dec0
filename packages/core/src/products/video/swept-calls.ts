import sql, { raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import type { SweepContext } from '../product.js';
import { type CallRow, callTable } from './call-table.js';

/** The calls of the next batch of a sweep, in the order of their names; nobody else changes them meanwhile. */
export async function findSweptCalls(
  { transaction, limit }: SweepContext,
  condition: Sql,
): Promise<CallRow[]> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(callTable.columnList)} FROM calls WHERE ${condition}
      ORDER BY calls.cid LIMIT ${limit}${dialect.forUpdate}`,
  );
  return cells.map(one => callTable.decode(one, dialect));
}

/** The ids of the members of calls, by call, in order. */
export async function findMemberIds(
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
