import sql from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';

/** How long a change stays in the feed: far longer than a reader waits between two looks. */
const KEPT_MS = 60_000;

/**
 * Tells all processes that users came online or went offline. The counter stays locked until the commit, so a reader that
 * sees a number can see all changes up to it. This has to be the last thing that a transaction does.
 */
export async function notePresenceChanges(
  transaction: WriteTransaction,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const { dialect } = transaction;
  const [stream] = await transaction.query(
    sql`UPDATE presence_stream SET last_seq = last_seq + 1 WHERE id = 1 RETURNING last_seq`,
  );
  await transaction.query(
    sql`WITH given(id) AS (${dialect.values(ids)})
      INSERT INTO presence_changes (user_id, seq, changed_at)
      SELECT given.id, CAST(${Number(stream?.last_seq)} AS bigint), ${dialect.now} FROM given WHERE true
      ON CONFLICT (user_id) DO UPDATE SET seq = excluded.seq, changed_at = excluded.changed_at`,
  );
}

/** The end of the feed. A reader that starts here misses nothing that is committed from now on. */
export async function endOfFeed(transaction: Transaction): Promise<number> {
  return (await readStream(transaction)).last;
}

/**
 * The users who changed after a number. If no user has changed, it costs one read of one row.
 * @returns `ids` undefined when the feed does not reach back so far, or went back: then any user may have changed.
 */
export async function readFeed(
  transaction: Transaction,
  after: number,
): Promise<{ ids: string[] | undefined; upTo: number }> {
  const { last, pruned } = await readStream(transaction);
  if (pruned > after || last < after) return { ids: undefined, upTo: last };
  if (last === after) return { ids: [], upTo: last };
  const rows = await transaction.query(sql`SELECT user_id FROM presence_changes WHERE seq > ${after}`);
  return { ids: rows.map(row => row.user_id as string), upTo: last };
}

/** Removes changes that every reader has seen long ago. */
export async function pruneFeed(transaction: WriteTransaction): Promise<void> {
  const { now } = transaction.dialect;
  const [stream] = await transaction.query(
    sql`UPDATE presence_stream SET pruned_seq = (
        SELECT max(seq) FROM presence_changes WHERE changed_at < ${now} - ${KEPT_MS}
      ) WHERE id = 1 AND EXISTS (SELECT 1 FROM presence_changes WHERE changed_at < ${now} - ${KEPT_MS})
      RETURNING pruned_seq`,
  );
  if (stream)
    await transaction.query(sql`DELETE FROM presence_changes WHERE seq <= ${Number(stream.pruned_seq)}`);
}

/** Whether there is something to prune. This read is in nobody's way. */
export async function isFeedOld(transaction: Transaction): Promise<boolean> {
  const rows = await transaction.query(
    sql`SELECT 1 FROM (SELECT changed_at FROM presence_changes ORDER BY seq LIMIT 1) AS oldest
      WHERE changed_at < ${transaction.dialect.now} - ${KEPT_MS}`,
  );
  return rows.length > 0;
}

async function readStream(transaction: Transaction): Promise<{ last: number; pruned: number }> {
  const [row] = await transaction.query(sql`SELECT last_seq, pruned_seq FROM presence_stream WHERE id = 1`);
  return { last: Number(row?.last_seq), pruned: Number(row?.pruned_seq) };
}
