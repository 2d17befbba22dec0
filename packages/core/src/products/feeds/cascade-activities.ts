import sql, { type Sql } from 'sql-template-tag';
import { eraseKeptContent } from '../../idempotency/remove-kept-answers.js';
import type { CascadeBatch, CascadeContext, DeletionContext } from '../product.js';

/** Which activities a cascade still has to change, and how. */
interface Step {
  todo: Sql;
  /** Begins the statement, up to its `WHERE`. */
  change: Sql;
  /** Whether what they say goes for ever. */
  erases?: true;
}

/** Activities that are not hidden or deleted. */
const IS_IN_PLACE: Sql = sql`pruned = false AND deleted_with IS NULL`;

/** Hides the visible activities, so that those that go with the actor can come back with it. */
export function hideActivities(
  context: CascadeContext,
  reason: 'deactivation' | 'deletion',
): Promise<CascadeBatch> {
  return cascade(context, {
    todo: IS_IN_PLACE,
    change: sql`UPDATE activities SET deleted_at = ${context.transaction.now}, deleted_with = ${reason}`,
  });
}

/** Brings back the activities that were hidden for a reason. Pruned activities never come back. */
export function showActivities(
  context: CascadeContext,
  reason: 'deactivation' | 'deletion',
): Promise<CascadeBatch> {
  return cascade(context, {
    todo: sql`pruned = false AND deleted_with = ${reason}`,
    change: sql`UPDATE activities SET deleted_at = NULL, deleted_with = NULL`,
  });
}

/** Deletes activities in a mode. `pruning` and `hard` cover every stored activity, including hidden ones. */
export function deleteActivities(
  context: DeletionContext,
  mode: NonNullable<DeletionContext['modes']['messages']>,
): Promise<CascadeBatch> {
  switch (mode) {
    case 'soft':
      return hideActivities(context, 'deletion');
    case 'pruning':
      return cascade(context, {
        todo: isToBeDeleted(mode),
        change: sql`UPDATE activities SET verb = NULL, object = NULL,
          custom = ${context.transaction.dialect.jsonParameter({})}, pruned = true,
          deleted_at = COALESCE(deleted_at, ${context.transaction.now}), deleted_with = COALESCE(deleted_with, 'deletion')`,
        erases: true,
      });
    case 'hard':
      return cascade(context, {
        todo: isToBeDeleted(mode),
        change: sql`DELETE FROM activities`,
        erases: true,
      });
  }
}

/** Which of an actor's rows of `activities` such a deletion still has to change. */
export function isToBeDeleted(mode: NonNullable<DeletionContext['modes']['messages']>): Sql {
  switch (mode) {
    case 'soft':
      return IS_IN_PLACE;
    case 'pruning':
      return sql`pruned = false`;
    case 'hard':
      return sql`true`;
  }
}

async function cascade({ transaction, userId, limit }: CascadeContext, step: Step): Promise<CascadeBatch> {
  const mine = sql`actor_id = ${userId} AND ${step.todo}`;
  // The condition stands twice: on PostgreSQL another transaction may remove an activity after the ids were selected.
  const changed = await transaction.query(
    sql`${step.change} WHERE id IN (SELECT id FROM activities WHERE ${mine} ORDER BY id LIMIT ${limit})
      AND ${mine} RETURNING id`,
  );
  if (changed.length === 0) return { changed: {}, more: false };
  if (step.erases) {
    const ids = changed.map(({ id }) => id as string);
    await eraseKeptContent(transaction, 'activity', ids);
  }
  return { changed: { activities: changed.length }, more: true };
}
