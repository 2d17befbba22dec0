import sql, { type Sql } from 'sql-template-tag';

/**
 * The export tasks whose files may hold the id of a user, as a `SELECT` of their ids: the exports of the user itself and,
 * with `others`, those of whoever has blocked it or is told of together with it in an entry of the log.
 */
export function exportsNaming(userId: string, { others }: { others: boolean }): Sql {
  const itself = sql`task_users.user_id = ${userId}`;
  const named = sql`${itself}
    OR task_users.user_id IN (SELECT user_id FROM blocks WHERE blocked_user_id = ${userId})
    OR task_users.user_id IN (SELECT events.user_id FROM event_mentions
      JOIN events ON events.seq = event_mentions.seq WHERE event_mentions.user_id = ${userId})`;
  return sql`SELECT tasks.id FROM tasks JOIN task_users ON task_users.task_id = tasks.id
    WHERE tasks.type = 'users.export' AND (${others ? named : itself})`;
}
