import sql from 'sql-template-tag';
import { openPostgresReplica } from '../database/postgres-sources.js';
import type { Queryable } from '../database/unit-of-work.js';
import { type Finding, risk, sentence } from './finding.js';

/** How far a replica may be behind before it is worth a word, in bytes of what the primary has written. */
const MUCH_BEHIND_BYTES = 16 * 1024 * 1024;
const STATEMENT_TIMEOUT_MS = 5000;

/** What can be said about the replicas of a database. None of it is wrong by itself: the primary serves what they do not. */
export async function examineReplicas(primary: Queryable, readUrls: readonly string[]): Promise<Finding[]> {
  if (readUrls.length === 0) return [];
  const [position] = await primary.query(
    sql`SELECT epoch, pg_current_wal_flush_lsn()::text AS lsn FROM event_stream WHERE id = 1`,
  );
  const findings: Finding[] = [];
  for (const url of readUrls) {
    const { host } = new URL(url);
    const says = await examineReplica(url, position).catch(
      (error: Error) => `cannot be used: ${error.message}`,
    );
    if (says !== undefined) findings.push(risk('replicas', sentence(`the replica ${host} ${says}`)));
  }
  return findings;
}

/** @returns what is to be said of it, if anything. */
async function examineReplica(url: string, position?: Record<string, unknown>): Promise<string | undefined> {
  const source = await openPostgresReplica(url, { poolSize: 1, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  try {
    const [row] = await source.query(
      `SELECT pg_is_in_recovery() AS standby, current_setting('hot_standby_feedback') AS feedback,
         (SELECT epoch FROM event_stream WHERE id = 1) AS epoch,
         pg_wal_lsn_diff($1::pg_lsn, pg_last_wal_replay_lsn())::float8 AS behind`,
      [position?.lsn],
    );
    const behind = Number(row.behind);
    if (!row.standby)
      return 'is no standby: it serves nobody. Name only standbys in ROLLCALL_DATABASE_READ_URLS';
    if (behind > MUCH_BEHIND_BYTES) {
      return `is ${Math.round(behind / 1024 / 1024)} MiB behind the primary, which serves its reads until it has caught up. Look whether it receives (pg_stat_replication on the primary), and for a query on it that holds it up`;
    }
    if (row.epoch !== position?.epoch && behind <= 0) {
      return 'has the log of another database, or follows another primary: it serves nobody. Build it anew from the primary';
    }
    if (row.feedback === 'off') {
      return 'has hot_standby_feedback off: while a query runs on it, it may stop receiving, and the primary serves its reads. Turn it on';
    }
    return undefined;
  } finally {
    await source.destroy();
  }
}
