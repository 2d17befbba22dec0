import sql, { join, raw } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import { readContentCursor, writeContentCursor } from '../content-cursor.js';
import type { ExportPage } from '../product.js';
import { type CallRow, callTable } from './call-table.js';
import { isCallOf } from './find-calls.js';

/**
 * One page of the calls that a user made or is a member of, oldest first, hidden ones too: each a record `call`, with
 * what is stored of the membership in `membership`. Of the other members it says nothing.
 */
export async function exportCalls(
  transaction: Transaction,
  { userId, after, limit }: { userId: string; after?: string; limit: number },
): Promise<ExportPage> {
  const conditions = [sql`(${isCallOf(userId)} OR calls.created_by_id = ${userId})`];
  if (after !== undefined) {
    const { created_at, key } = readContentCursor(after, []);
    conditions.push(sql`(calls.created_at, calls.cid) > (${created_at}, ${key})`);
  }
  const cells = await transaction.query(
    sql`SELECT ${raw(callTable.columnList)},
        mine.joined_at AS member_joined_at, mine.left_at AS member_left_at, mine.created_at AS member_since
      FROM calls LEFT JOIN call_members AS mine ON mine.cid = calls.cid AND mine.user_id = ${userId}
      WHERE ${join(conditions, ' AND ')}
      ORDER BY calls.created_at, calls.cid LIMIT ${limit + 1}`,
  );
  const page = cells.slice(0, limit);
  const last = cells.length > limit ? page.at(-1) : undefined;
  return {
    records: page.map(one => toRecord(callTable.decode(one, transaction.dialect), one, userId)),
    ...(last && {
      next: writeContentCursor({ created_at: Number(last.created_at), key: String(last.cid) }, []),
    }),
  };
}

function toRecord(
  { people, deleted_with, ...row }: CallRow,
  { member_since, member_joined_at, member_left_at }: Record<string, unknown>,
  userId: string,
): ExportPage['records'][number] {
  const { created_by_id, started_at, ended_at, deleted_at, ...always } = row;
  return {
    kind: 'call',
    ...always,
    one_to_one: people === 2,
    ...(created_by_id === userId && { created_by_id }),
    ...(started_at !== undefined && { started_at }),
    ...(ended_at !== undefined && { ended_at }),
    ...(deleted_at !== undefined && { deleted_at }),
    ...(member_since !== null && {
      membership: {
        created_at: Number(member_since),
        ...(member_joined_at !== null && { joined_at: Number(member_joined_at) }),
        ...(member_left_at !== null && { left_at: Number(member_left_at) }),
      },
    }),
  };
}
