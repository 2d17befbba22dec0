import sql, { raw, type Sql } from 'sql-template-tag';

/** The kinds of content that a deletion may name. */
export type ContentAspect = 'messages' | 'conversations' | 'calls';

/**
 * Whether content of the user in a column is about to be deleted: it is out of sight from the moment the deletion is
 * accepted, before the task gets to it. A deletion that was cancelled hides nothing any more.
 * @param userColumn such as `messages.user_id`; never anything that came in.
 */
export function isBeingDeleted(userColumn: string, aspect: ContentAspect): Sql {
  return sql`EXISTS (
    SELECT 1 FROM sweeps JOIN tasks ON tasks.id = sweeps.task_id
    WHERE sweeps.user_id = ${raw(userColumn)} AND sweeps.kind = 'delete'
      AND sweeps.${raw(aspect)} IS NOT NULL AND tasks.status <> 'cancelled'
  )`;
}
