import sql, { raw } from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { withRenamed } from '../database/with-renamed.js';

/**
 * What a hard deletion does with the id in a column.
 *
 * - `cleared`: nothing stands there any more.
 * - `renamed`: the tombstone stands there.
 * - `row goes`: the row goes with the user.
 * - `log`: the erasure in the log does it (`events/erase-in-log.ts`). Within the data of events, the event catalogue says
 *   where ids are.
 * - `content`: the product does it when it deletes the content of a user who is erased.
 * - `apart`: a statement of its own does it, since more than the id is concerned.
 */
type Erasure = 'cleared' | 'renamed' | 'row goes' | 'log' | 'content' | 'apart';

/**
 * Every column that holds ids of users, by its table, and what becomes of them. A column that is missing here would keep
 * the id of a user who is erased: a test compares this with the schema.
 */
export const USER_ID_COLUMNS: Readonly<Record<string, Readonly<Record<string, Erasure>>>> = {
  users: { id: 'apart', blocked_user_ids: 'apart' },
  bans: { user_id: 'row goes', banned_by_id: 'cleared' },
  blocks: { user_id: 'row goes', blocked_user_id: 'apart' },
  events: { user_id: 'log', actor_id: 'log' },
  event_mentions: { user_id: 'log' },
  task_lists: { first_user_id: 'apart', last_user_id: 'apart', user_ids: 'apart' },
  tasks: { input: 'apart', actor: 'apart', cancelled_by: 'apart' },
  task_users: { user_id: 'renamed' },
  sweeps: { user_id: 'apart', heir_id: 'cleared' },
  node_users: { user_id: 'row goes' },
  presence_changes: { user_id: 'row goes' },
  idempotency_keys: { user_id: 'row goes' },
  idempotency_users: { user_id: 'apart' },
  channels: { owner_id: 'content' },
  channel_members: { user_id: 'content' },
  messages: { user_id: 'content' },
  reactions: { user_id: 'content' },
  flags: { user_id: 'content' },
  response_times: { user_id: 'content' },
  calls: { created_by_id: 'content' },
  call_members: { user_id: 'content' },
  activities: { actor_id: 'content' },
};

/**
 * Takes the ids of users who are erased out of the columns where a plain statement does it. The rows of the users are gone.
 * @param names their tombstones by their ids.
 */
export async function eraseUserIds(
  transaction: WriteTransaction,
  names: ReadonlyMap<string, string>,
): Promise<void> {
  const ids = transaction.dialect.values([...names.keys()]);
  for (const [table, columns] of Object.entries(USER_ID_COLUMNS)) {
    for (const [column, erasure] of Object.entries(columns)) {
      const holdsOne = sql`${raw(column)} IN (${ids})`;
      switch (erasure) {
        case 'cleared':
          await transaction.query(sql`UPDATE ${raw(table)} SET ${raw(column)} = NULL WHERE ${holdsOne}`);
          break;
        case 'renamed':
          await transaction.query(
            sql`${withRenamed(transaction, names)} UPDATE ${raw(table)} SET ${raw(column)} = renamed.name
              FROM renamed WHERE ${raw(`${table}.${column}`)} = renamed.id`,
          );
          break;
        case 'row goes':
          await transaction.query(sql`DELETE FROM ${raw(table)} WHERE ${holdsOne}`);
          break;
        case 'log':
        case 'content':
        case 'apart':
          break;
        default:
          throw new Error(`nothing erases ids by ${erasure satisfies never}`);
      }
    }
  }
}
