import sql, { join, raw } from 'sql-template-tag';
import { readContentCursor, writeContentCursor } from '../../database/page-cursor.js';
import type { Transaction } from '../../database/unit-of-work.js';
import type { CascadeBatch, DeletionContext, ExportPage, Product } from '../product.js';
import { type CallRow, callTable, IS_ONE_TO_ONE, isCallOf } from './call-table.js';
import { deleteCalls, restoreCalls } from './cascade-calls.js';
import { eraseMember, isInCalls } from './erase-member.js';

const NOTHING: CascadeBatch = { changed: {}, more: false };

/**
 * How calls follow their users: a 1:1 call is hidden or removed with either of its members, as the mode `calls` says;
 * group calls stay. A hard-deleted user leaves no membership, and its calls go to a new owner.
 */
export const videoProduct: Product = {
  name: 'video',
  deactivate: async () => NOTHING,
  reactivate: async () => NOTHING,
  delete: deleteBatch,
  restore: restoreCalls,
  export: exportCalls,
  count,
};

async function deleteBatch(context: DeletionContext): Promise<CascadeBatch> {
  const { modes, eraseUser } = context;
  if (eraseUser && !(await isInCalls(context))) return NOTHING;
  const batch = modes.calls === undefined ? NOTHING : await deleteCalls(context, modes.calls);
  // The memberships of removed calls are not counted: they belong to the call.
  return batch.more || !eraseUser ? batch : eraseMember(context);
}

async function count(
  transaction: Transaction,
  {
    userIds,
    modes,
    eraseUser,
  }: { userIds: readonly string[] } & Pick<DeletionContext, 'modes' | 'eraseUser'>,
): Promise<Record<string, number>> {
  const [row = {}] = await transaction.query(
    sql`SELECT count(*) AS memberships,
        count(*) FILTER (WHERE ${IS_ONE_TO_ONE}) AS memberships_in_pairs,
        count(DISTINCT calls.cid) FILTER (WHERE ${IS_ONE_TO_ONE}) AS pairs,
        count(DISTINCT calls.cid) FILTER (WHERE ${IS_ONE_TO_ONE} AND calls.deleted_at IS NULL) AS pairs_in_sight
      FROM calls JOIN call_members ON call_members.cid = calls.cid
      WHERE call_members.user_id IN (${transaction.dialect.values(userIds)})`,
  );
  const pairs = Number(row.pairs);
  const calls = modes.calls === 'hard' ? pairs : modes.calls === 'soft' ? Number(row.pairs_in_sight) : 0;
  const memberships = eraseUser
    ? Number(row.memberships) - (modes.calls === 'hard' ? Number(row.memberships_in_pairs) : 0)
    : 0;
  return { ...(calls > 0 && { calls }), ...(memberships > 0 && { memberships }) };
}

/**
 * One page of the calls that a user made or is a member of, oldest first, including hidden ones. Each is a record
 * `call`, with the user's own membership in `membership`. It says nothing about other members.
 */
async function exportCalls(
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
