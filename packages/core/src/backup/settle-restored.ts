import { randomBytes } from 'node:crypto';
import { Webhooks0017 } from '../database/migrations/0017-webhooks.js';
import { Timelines0019 } from '../database/migrations/0019-timelines.js';

/**
 * What has to be said to restored data before a server works on it, as statements of both dialects. They belong to the
 * transaction that makes the data appear, so that nobody ever sees one without the other.
 *
 * The log has gone back: it will give positions a second time that listeners hold already. With a new epoch those are
 * recognised, and every listener reads afresh. The processes of that time are gone, and so are their users and what they
 * worked on. How long a webhook had failed by then says nothing about now: nobody has tried since.
 *
 * @param migrations those that the data has run: an earlier version may have made it.
 */
export function settlingStatements(migrations: readonly string[]): string[] {
  const statements = [
    `UPDATE event_stream SET epoch = '${randomBytes(4).toString('hex')}' WHERE id = 1`,
    'DELETE FROM nodes',
    'DELETE FROM node_users',
    'UPDATE users SET online = false WHERE online',
    'UPDATE tasks SET lease_until = 0 WHERE lease_until IS NOT NULL',
  ];
  if (migrations.includes(new Webhooks0017().name)) {
    statements.push(
      'UPDATE webhook_endpoints SET lease_until = 0, setbacks = 0, failing_since = NULL, paused_until = NULL',
    );
  }
  // The epochs that led on to the one that the log has now no longer.
  if (migrations.includes(new Timelines0019().name)) statements.push('DELETE FROM past_epochs');
  return statements;
}
