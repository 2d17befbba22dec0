import sql from 'sql-template-tag';
import { insertRows } from '../database/insert-rows.js';
import type { LogEntry, Transaction } from '../database/unit-of-work.js';
import { type EventMentionRow, type EventRow, eventMentionTable, eventTable } from './event-tables.js';

/**
 * Gives the entries of a transaction the next positions and writes them. The counter row stays locked until the commit,
 * so positions have no gaps and are in commit order: whoever reads position n has seen everything before it.
 */
export async function writeLog(transaction: Transaction, entries: readonly LogEntry[]): Promise<void> {
  // Lower case, because TypeORM's SQLite driver returns no rows for statements that begin with an upper-case UPDATE.
  const [stream] = await transaction.query(
    sql`update event_stream set last_seq = last_seq + ${entries.length} where id = 1 returning last_seq`,
  );
  const first = Number(stream?.last_seq) - entries.length + 1;
  const rows = entries.map(
    (entry, index): EventRow => ({ seq: first + index, at: transaction.now, ...entry }),
  );
  await insertRows(transaction, eventTable, rows);
  const mentions = entries.flatMap(({ mentions: ids = [] }, index) =>
    [...new Set(ids)].map((user_id): EventMentionRow => ({ user_id, seq: first + index })),
  );
  await insertRows(transaction, eventMentionTable, mentions);
}
