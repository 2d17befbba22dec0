import { randomBytes } from 'node:crypto';
import type { Position } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { WriteTransaction } from '../database/unit-of-work.js';
import { readBounds } from './read-log.js';

/**
 * Gives the log a new epoch: every position handed out so far is of another log from now on, and whoever holds one is
 * told to read afresh, once. Nothing else changes; the log goes on where it ends.
 * @param only renews it only while this is the epoch, so that of several processes that find the same, one does.
 * @returns where the renewed log ends; undefined when somebody else has renewed it.
 */
export async function renewEpoch(
  transaction: WriteTransaction,
  only?: string,
): Promise<Position | undefined> {
  const epoch = randomBytes(4).toString('hex');
  const condition = only === undefined ? sql`true` : sql`epoch = ${only}`;
  // Lower case, because TypeORM's SQLite driver returns no rows for statements that begin with an upper-case UPDATE.
  const rows = await transaction.query(
    sql`update event_stream set epoch = ${epoch} where id = 1 and ${condition} returning id`,
  );
  if (rows.length === 0) return undefined;
  const { seq } = await readBounds(transaction);
  return { epoch, seq };
}
