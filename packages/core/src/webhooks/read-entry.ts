import sql, { raw, type Sql } from 'sql-template-tag';
import { BatchedLoader } from '../database/batched-loader.js';
import type { Dialect } from '../database/dialect.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { type EventRow, eventTable } from '../events/event-tables.js';

/** Positions in the log as one parameter, for `seq IN (…)`. */
export function seqList(dialect: Dialect, seqs: readonly number[]): Sql {
  const { expressions, source } = dialect.rowsFromJson([{ name: 'seq', kind: 'integer' }]);
  return sql`SELECT ${expressions} FROM ${source(JSON.stringify(seqs.map(seq => [seq])))}`;
}

/**
 * Reads entries of the log as they are now, past everything that is kept in memory: what has been erased must not leave. Those
 * that are asked for at the same moment share a read.
 */
export function entryReader(unitOfWork: UnitOfWork): (seq: number) => Promise<EventRow | undefined> {
  const loader = new BatchedLoader<number, EventRow | undefined>(takeKeys =>
    unitOfWork.read(async transaction => {
      const { dialect } = transaction;
      const cells = await transaction.query(
        sql`SELECT ${raw(eventTable.columnList)} FROM events WHERE seq IN (${seqList(dialect, takeKeys())})`,
      );
      const rows = cells.map(cell => eventTable.decode(cell, dialect));
      const bySeq = new Map(rows.map(row => [row.seq, row]));
      return seq => bySeq.get(seq);
    }),
  );
  return seq => loader.load(seq);
}
