import { randomBytes } from 'node:crypto';
import { LIMITS, type Position } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import type { Dialect } from '../database/dialect.js';
import { insertNumbered } from '../database/insert-numbered.js';
import { insertRows } from '../database/table.js';
import type { LogEntry, Transaction, WriteTransaction, WrittenLog } from '../database/unit-of-work.js';
import {
  type EventMentionRow,
  type EventStreamRow,
  eventMentionTable,
  eventStreamTable,
  eventTable,
} from './event-tables.js';
import { idsNamedInEvent } from './ids-named-in-event.js';
import { LoggedEvent } from './logged-event.js';

/** How far the log goes, as this transaction sees it. `minSeq` is the oldest position that is still kept. */
export interface LogBounds extends Position {
  minSeq: number;
}

/** Reads how far the log goes. */
export async function readBounds(transaction: Transaction): Promise<LogBounds> {
  const [cells] = await transaction.query(sql`SELECT ${raw(eventStreamTable.columnList)} FROM event_stream`);
  return boundsOf(cells, transaction.dialect);
}

/** How far the log goes, in a row of `event_stream`. */
export function boundsOf(cells: Record<string, unknown> | undefined, dialect: Dialect): LogBounds {
  const row: EventStreamRow = eventStreamTable.decode(cells ?? {}, dialect);
  return { epoch: row.epoch, seq: row.last_seq, minSeq: row.min_seq };
}

/**
 * Reads the next entries after a position, at most `limit`, oldest first. Their texts are at most
 * `LIMITS.eventPageBytes` long together; a single longer one comes alone.
 */
export async function readEntries(
  transaction: Transaction,
  after: Position,
  limit: number,
): Promise<LoggedEvent[]> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${eventTable.wideRows(dialect)} FROM events WHERE seq > ${after.seq} AND seq <= (
          SELECT max(seq) FROM (
            SELECT seq, bytes, sum(bytes) OVER (ORDER BY seq) AS bytes_so_far FROM (
              SELECT seq, octet_length(data) AS bytes FROM events WHERE seq > ${after.seq} ORDER BY seq LIMIT ${limit}
            ) AS next_entries
          ) AS entries_so_far WHERE bytes_so_far <= ${LIMITS.eventPageBytes} OR bytes_so_far = bytes
        ) ORDER BY seq`,
  );
  return cells.map(cell => new LoggedEvent(after.epoch, eventTable.decode(cell, dialect)));
}

/**
 * Whether a position of an epoch that has ended leads on in the log as it is now: a standby took over, and had everything up
 * to there.
 */
export async function leadsOn(transaction: Transaction, { epoch, seq }: Position): Promise<boolean> {
  const rows = await transaction.query(
    sql`SELECT 1 FROM past_epochs WHERE epoch = ${epoch} AND last_seq >= ${seq}`,
  );
  return rows.length > 0;
}

const COUNTER = { table: eventStreamTable.name, id: 1, column: 'last_seq' };

/**
 * Gives the entries of a transaction the next positions and writes them. The counter row stays locked until the commit,
 * so positions have no gaps and follow the order of commits: a reader that sees position n can see all before it.
 */
export async function writeLog(transaction: Transaction, entries: readonly LogEntry[]): Promise<WrittenLog> {
  const rows = entries.map(entry => ({ ...entry, at: transaction.now, data: JSON.stringify(entry.data) }));
  const { first, counter } = await insertNumbered(
    transaction,
    { counter: COUNTER, table: eventTable, number: 'seq' },
    rows,
  );
  const mentions = entries.flatMap(({ type, user_id: about, data }, index) =>
    [...idsNamedInEvent(type, data)].flatMap((user_id): EventMentionRow[] =>
      user_id === about ? [] : [{ user_id, seq: first + index }],
    ),
  );
  await insertRows(transaction, eventMentionTable, mentions);
  return {
    epoch: counter.epoch as string,
    entries: rows.map((row, index) => ({ ...row, seq: first + index })),
  };
}

/**
 * Gives the log a new epoch. All positions that were handed out before then belong to another log, and a reader that
 * holds one is told once to read afresh. Nothing else changes: the log goes on where it ends.
 * @param only renews it only while this is its epoch, so that one process does when several find the same reason.
 * @returns where the renewed log ends; undefined when another process has renewed it.
 */
export async function renewEpoch(
  transaction: WriteTransaction,
  only?: string,
): Promise<Position | undefined> {
  const epoch = randomBytes(4).toString('hex');
  const condition = only === undefined ? sql`true` : sql`epoch = ${only}`;
  const rows = await transaction.query(
    sql`UPDATE event_stream SET epoch = ${epoch} WHERE id = 1 AND ${condition} RETURNING id`,
  );
  if (rows.length === 0) return undefined;
  await transaction.query(sql`DELETE FROM past_epochs`);
  const { seq } = await readBounds(transaction);
  return { epoch, seq };
}
