import sql from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import type { DeletionContext, Product, SweepBatch } from '../product.js';
import { deleteActivities, hideActivities, isToBeDeleted, showActivities } from './cascade-activities.js';
import { exportActivities } from './export-activities.js';

type Deletion = Pick<DeletionContext, 'modes' | 'forgetUser'>;

/** How activities follow their actor: as messages do, by the mode `messages`. */
export const feedsProduct: Product = {
  name: 'feeds',
  ofMessages: ['activities'],
  deactivate: context => hideActivities(context, 'deactivation'),
  reactivate: context => showActivities(context, 'deactivation'),
  delete: deleteBatch,
  restore: context => showActivities(context, 'deletion'),
  export: exportActivities,
  count,
};

/** An activity names its actor, so nothing of a user who goes for ever can stay. */
function modeOf({ modes, forgetUser }: Deletion): Deletion['modes']['messages'] {
  return forgetUser ? 'hard' : modes.messages;
}

async function deleteBatch(context: DeletionContext): Promise<SweepBatch> {
  const mode = modeOf(context);
  return mode === undefined ? { changed: {}, more: false } : deleteActivities(context, mode);
}

async function count(
  transaction: Transaction,
  { userIds, ...deletion }: Deletion & { userIds: readonly string[] },
): Promise<Record<string, number>> {
  const mode = modeOf(deletion);
  if (mode === undefined) return {};
  const [row] = await transaction.query(
    sql`SELECT count(*) AS activities FROM activities
      WHERE actor_id IN (${transaction.dialect.values(userIds)}) AND ${isToBeDeleted(mode)}`,
  );
  const activities = Number(row?.activities);
  return activities > 0 ? { activities } : {};
}
