import sql from 'sql-template-tag';
import { defineTable } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import type { ChannelMemberRow } from './channel-table.js';

/** How quickly a user answers, as stored: enough to update the mean with the next response. */
export interface ResponseTimeRow {
  user_id: string;
  responses: number;
  /** The sum of all responses, in milliseconds. */
  total_ms: number;
}

/** The response times. */
export const responseTimeTable = defineTable<ResponseTimeRow>('response_times', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'responses', kind: 'integer' },
  { name: 'total_ms', kind: 'integer' },
]);

/**
 * Adds a message that is about to be stored to its author's response time. The response time is the time since the
 * first message of another user that the author has not answered: since the author's own last message in the channel,
 * or since it joined. If no other user has written since then, the message is not a response. The mean, in seconds, is
 * written directly to the user, like presence: without event or revision. Every statement is one index lookup.
 */
export async function recordResponse(
  transaction: WriteTransaction,
  { cid, user_id: userId, created_at: joinedAt }: ChannelMemberRow,
): Promise<void> {
  const [own] = await transaction.query(
    sql`SELECT max(created_at) AS last FROM messages WHERE cid = ${cid} AND user_id = ${userId}`,
  );
  // A message from the millisecond of joining counts as unanswered. An own message answers everything before it.
  const since = Math.max(joinedAt - 1, Number(own?.last ?? 0));
  const [first] = await transaction.query(
    sql`SELECT created_at FROM messages
      WHERE cid = ${cid} AND created_at > ${since} AND user_id <> ${userId}
        AND shadowed = false AND deleted_at IS NULL
      ORDER BY created_at, id LIMIT 1`,
  );
  if (!first) return;
  const took = Math.max(0, transaction.now - Number(first.created_at));
  await transaction.query(
    sql`INSERT INTO response_times (user_id, responses, total_ms) VALUES (${userId}, 1, ${took})
      ON CONFLICT (user_id) DO UPDATE SET responses = response_times.responses + 1,
        total_ms = response_times.total_ms + excluded.total_ms`,
  );
  await transaction.query(
    sql`UPDATE users SET avg_response_time = (
        SELECT CAST(round(total_ms / 1000.0 / responses) AS integer) FROM response_times WHERE user_id = ${userId}
      ) WHERE id = ${userId}`,
  );
}
