import sql from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';

/** Entries that leave in one transaction: other writers wait no longer than for these. */
const ENTRIES_AT_ONCE = 1000;

/**
 * Lets the entries of the log leave that are older than a time. The oldest position kept moves in the same transaction,
 * so a listener who was away for longer is told to read afresh, and never gets a part of what it missed.
 * @param before epoch milliseconds.
 * @returns how many left.
 */
export async function pruneLog(
  unitOfWork: UnitOfWork,
  before: number,
  signal?: AbortSignal,
): Promise<number> {
  let gone = 0;
  for (;;) {
    const left = await unitOfWork.write(async transaction => {
      const [stream] = await transaction.query(
        sql`SELECT min_seq, last_seq FROM event_stream WHERE id = 1${transaction.dialect.forUpdate}`,
      );
      const minSeq = Number(stream?.min_seq);
      const end = Math.min(minSeq + ENTRIES_AT_ONCE, Number(stream?.last_seq) + 1);
      const [young] = await transaction.query(
        sql`SELECT min(seq) AS first FROM events WHERE seq < ${end} AND at >= ${before}`,
      );
      const firstKept = typeof young?.first === 'number' ? young.first : end;
      if (firstKept <= minSeq) return 0;
      await transaction.query(sql`DELETE FROM events WHERE seq < ${firstKept}`);
      await transaction.query(sql`DELETE FROM event_mentions WHERE seq < ${firstKept}`);
      await transaction.query(sql`UPDATE event_stream SET min_seq = ${firstKept} WHERE id = 1`);
      return firstKept - minSeq;
    });
    gone += left;
    if (left < ENTRIES_AT_ONCE || signal?.aborted) return gone;
  }
}
