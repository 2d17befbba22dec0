import sql from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import type { DeletionContext, Product, SweepBatch } from '../product.js';
import { deleteCalls } from './delete-calls.js';
import { forgetMember } from './erase-member.js';
import { exportCalls } from './export-calls.js';
import { IS_ONE_TO_ONE } from './find-calls.js';
import { restoreCalls } from './restore-calls.js';

const NOTHING: SweepBatch = { changed: {}, more: false };

/**
 * How calls follow their users: 1:1 calls are hidden or go with either of their members, as the mode `calls` says; group
 * calls stay. A user who goes for ever leaves no membership, and an heir has the calls that it made.
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

async function deleteBatch(context: DeletionContext): Promise<SweepBatch> {
  const { modes, forgetUser } = context;
  const batch = modes.calls === undefined ? NOTHING : await deleteCalls(context, modes.calls);
  // The memberships of calls that go are not counted: they go with the call.
  return batch.more || !forgetUser ? batch : forgetMember(context);
}

async function count(
  transaction: Transaction,
  {
    userIds,
    modes,
    forgetUser,
  }: { userIds: readonly string[] } & Pick<DeletionContext, 'modes' | 'forgetUser'>,
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
  const memberships = forgetUser
    ? Number(row.memberships) - (modes.calls === 'hard' ? Number(row.memberships_in_pairs) : 0)
    : 0;
  return { ...(calls > 0 && { calls }), ...(memberships > 0 && { memberships }) };
}
