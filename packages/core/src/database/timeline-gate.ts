import { randomBytes } from 'node:crypto';
import type { NewConnection } from './admit-connection.js';

/** How long a server has to answer. It may wait for those who write to the log just now. */
const ANSWER_MS = 10_000;

/** Servers that only look like PostgreSQL may have no timelines. */
const HAS_NONE = /^(42|0A)/;

/**
 * Lets a new connection be used only when the event log says which history of the database it belongs to.
 *
 * A standby that takes over may lack the last commits, and hands out their positions again, for other events. A listener that
 * had read them would never notice. PostgreSQL counts these histories: each standby that takes over, and each restore from an
 * archive, begins a new *timeline*. So the log notes the timeline that it is on. The first who connects to another one ends
 * the epoch of the log and begins the next, before anybody reads a position there or takes one. A position of an epoch that
 * has ended leads on as far as the log had come, and not beyond (`past_epochs`).
 *
 * The timeline of a primary stays the same for as long as a connection to it is open, so it is looked at once. It is not taken
 * from memory: two standbys that know nothing of each other begin timelines with the same number.
 */
export async function passTimelineGate(client: NewConnection): Promise<void> {
  for (;;) {
    const timeline = await timelineOf(client);
    if (timeline === undefined) return;
    const [stream] = await rowsOf(client, 'SELECT epoch, timeline FROM event_stream WHERE id = 1');
    if (!stream || stream.timeline === timeline) return;
    // Of those who come at the same time one does it, and the others look again.
    if (stream.timeline === null) await rowsOf(client, NOTE_FIRST, [timeline]);
    else
      await rowsOf(client, BEGIN_EPOCH, [stream.epoch as string, timeline, randomBytes(4).toString('hex')]);
  }
}

/** A log that was on no timeline yet: one that was embedded, or was written before timelines were noted. */
const NOTE_FIRST = 'UPDATE event_stream SET timeline = $1 WHERE id = 1 AND timeline IS NULL';

const BEGIN_EPOCH = `WITH ended AS (
    UPDATE event_stream SET epoch = $3, timeline = $2 WHERE id = 1 AND epoch = $1 AND timeline <> $2 RETURNING last_seq
  ) INSERT INTO past_epochs (epoch, last_seq) SELECT $1, last_seq FROM ended`;

/** The one that the server writes now. What a control file says of it is late. */
async function timelineOf(client: NewConnection): Promise<string | undefined> {
  try {
    const [row] = await rowsOf(
      client,
      'SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline',
    );
    return row?.timeline as string;
  } catch (error) {
    if (HAS_NONE.test(String((error as { code?: unknown }).code))) return undefined;
    throw error;
  }
}

async function rowsOf(
  client: NewConnection,
  text: string,
  values: string[] = [],
): Promise<Record<string, string | null>[]> {
  return (await client.query({ text, values, query_timeout: ANSWER_MS })).rows;
}
