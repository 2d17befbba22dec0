import sql, { type Sql } from 'sql-template-tag';
import type { CascadeBatch, CascadeContext, DeletionContext } from '../product.js';

/** Which activities of a user a cascade has still to do with, and what it does with them. */
interface Step {
  todo: Sql;
  /** Begins the statement, up to its `WHERE`. */
  change: Sql;
}

/** What neither a cascade nor anybody else has hidden. */
const IS_IN_PLACE: Sql = sql`pruned = false AND deleted_with IS NULL`;

/** Hides what is in sight, so that what goes with the actor also comes back with it. */
export function hideActivities(
  context: CascadeContext,
  reason: 'deactivation' | 'deletion',
): Promise<CascadeBatch> {
  return cascade(context, {
    todo: IS_IN_PLACE,
    change: sql`UPDATE activities SET deleted_at = ${context.transaction.now}, deleted_with = ${reason}`,
  });
}

/** Brings back what was hidden for a reason; what is pruned never comes back. */
export function showActivities(
  context: CascadeContext,
  reason: 'deactivation' | 'deletion',
): Promise<CascadeBatch> {
  return cascade(context, {
    todo: sql`pruned = false AND deleted_with = ${reason}`,
    change: sql`UPDATE activities SET deleted_at = NULL, deleted_with = NULL`,
  });
}

/** Deletes activities as a mode says. `pruning` and `hard` take every activity that is stored, hidden ones too. */
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
      });
    case 'hard':
      return cascade(context, { todo: isToBeDeleted(mode), change: sql`DELETE FROM activities` });
  }
}

/** Which rows of `activities`, of one actor, such a deletion has still to do with. */
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
  // Asked twice: on PostgreSQL somebody may remove an activity between the list of ids and the change.
  const changed = await transaction.query(
    sql`${step.change} WHERE id IN (SELECT id FROM activities WHERE ${mine} ORDER BY id LIMIT ${limit})
      AND ${mine} RETURNING id`,
  );
  if (changed.length === 0) return { changed: {}, more: false };
  return { changed: { activities: changed.length }, more: true };
}
