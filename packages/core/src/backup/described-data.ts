import { formatPosition } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { Queryable } from '../database/unit-of-work.js';
import type { BackupHead } from './backup-file.js';

/** What a backup says about its data. */
export type DescribedData = Pick<BackupHead, 'position' | 'users' | 'migrations'>;

/**
 * Describes the data of one moment, and checks that its event log has no gap.
 * @throws Error when the log does not hold what its counter says: the data is of several moments, or was changed by hand.
 */
export async function describeData(connection: Queryable): Promise<DescribedData> {
  const [stream] = await connection.query(
    sql`SELECT epoch, last_seq, min_seq, (SELECT count(*) FROM events) AS entries, (SELECT count(*) FROM users) AS users
      FROM event_stream WHERE id = 1`,
  );
  const [last, oldest, entries] = [stream?.last_seq, stream?.min_seq, stream?.entries].map(Number);
  if (last === undefined || oldest === undefined || last - oldest + 1 !== entries) {
    throw new Error(`the event log has ${entries} entries from ${oldest} to ${last}`);
  }
  const migrations = await connection.query(sql`SELECT name FROM migrations ORDER BY id`);
  return {
    position: formatPosition({ epoch: String(stream?.epoch), seq: last }),
    users: Number(stream?.users),
    migrations: migrations.map(({ name }) => String(name)),
  };
}
