import type { Position } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { type EventStreamRow, eventStreamTable, eventTable } from './event-tables.js';
import { LoggedEvent } from './logged-event.js';

/** How far the log goes in this transaction's view. `minSeq` is the oldest position still kept. */
export interface LogBounds extends Position {
  minSeq: number;
}

/** Reads how far the log goes. */
export async function readBounds(transaction: Transaction): Promise<LogBounds> {
  const [cells] = await transaction.query(sql`SELECT ${raw(eventStreamTable.columnList)} FROM event_stream`);
  const row: EventStreamRow = eventStreamTable.decode(cells ?? {}, transaction.dialect);
  return { epoch: row.epoch, seq: row.last_seq, minSeq: row.min_seq };
}

/** Reads the next entries after a position, at most `limit`, oldest first. */
export async function readEntries(
  transaction: Transaction,
  after: Position,
  limit: number,
): Promise<LoggedEvent[]> {
  const cells = await transaction.query(
    sql`SELECT ${raw(eventTable.columnList)} FROM events WHERE seq > ${after.seq} ORDER BY seq LIMIT ${limit}`,
  );
  return cells.map(cell => new LoggedEvent(after.epoch, eventTable.decode(cell, transaction.dialect)));
}
