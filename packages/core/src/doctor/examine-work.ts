import sql from 'sql-template-tag';
import type { Queryable } from '../database/unit-of-work.js';
import { jsonDialectOf } from '../query/json-dialect-of.js';
import { readSettings } from '../settings/settings.js';
import { type Finding, risk, saidSpan, wrong } from './finding.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Leases are of 20 and 30 seconds, and a task that may run is taken within a second. */
const GONE_MS = MINUTE_MS;
const STANDS_MS = 5 * MINUTE_MS;
const FAILED_WITHIN_MS = 7 * DAY_MS;
/** Maintenance runs once an hour. */
const LATE_MS = DAY_MS;

/** What can be said about the work that is under way: tasks, processes, the event log, indexes of custom fields. */
export async function examineWork(connection: Queryable): Promise<Finding[]> {
  return [
    ...(await examineTasks(connection)),
    ...(await examineProcesses(connection)),
    ...(await examineLog(connection)),
    ...(await examineCustomIndexes(connection)),
  ];
}

async function examineTasks(connection: Queryable): Promise<Finding[]> {
  const { now } = connection.dialect;
  const [tasks] = await connection.query(
    sql`SELECT
      sum(CASE WHEN state = 'left' THEN 1 ELSE 0 END) AS left_behind,
      sum(CASE WHEN state = 'waits' THEN 1 ELSE 0 END) AS waiting,
      sum(CASE WHEN state = 'works' THEN 1 ELSE 0 END) AS working,
      min(CASE WHEN state IN ('left', 'waits') THEN updated_at END) AS oldest,
      sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed,
      (SELECT ${now}) AS now
      FROM (SELECT updated_at, CASE
        WHEN status = 'running' AND lease_until < (SELECT ${now}) - ${GONE_MS} THEN 'left'
        WHEN status = 'running' THEN 'works'
        WHEN status = 'pending' AND run_at < (SELECT ${now}) - ${STANDS_MS}
          AND updated_at < (SELECT ${now}) - ${STANDS_MS} THEN 'waits'
        WHEN status = 'failed' AND finished_at > (SELECT ${now}) - ${FAILED_WITHIN_MS} THEN 'failed'
        END AS state FROM tasks WHERE status IN ('pending', 'running', 'failed')) AS judged`,
  );
  // While some are worked on, the others wait for their turn.
  const standing = Number(tasks?.left_behind) + (Number(tasks?.working) > 0 ? 0 : Number(tasks?.waiting));
  const findings: Finding[] = [];
  if (standing > 0) {
    const since = saidSpan(Number(tasks?.now) - Number(tasks?.oldest));
    findings.push(
      risk(
        'tasks',
        `${counted(standing, 'task')} ${standing === 1 ? 'stands' : 'stand'} still, the oldest for ${since}: no server works on tasks. Start one, or look at its log; \`rollcall tasks list\` shows them.`,
      ),
    );
  }
  const failed = Number(tasks?.failed);
  if (failed > 0) {
    findings.push(
      risk(
        'tasks',
        `${counted(failed, 'task')} failed within the last week: \`rollcall tasks list --status failed\` shows why.`,
      ),
    );
  }
  return findings;
}

async function examineProcesses(connection: Queryable): Promise<Finding[]> {
  const { now } = connection.dialect;
  const [gone] = await connection.query(
    sql`SELECT count(*) AS nodes, (SELECT count(*) FROM node_users WHERE node_id IN (
        SELECT id FROM nodes WHERE lease_until < (SELECT ${now}) - ${GONE_MS})) AS users
      FROM nodes WHERE lease_until < (SELECT ${now}) - ${GONE_MS}`,
  );
  const nodes = Number(gone?.nodes);
  if (nodes === 0) return [];
  const users = counted(Number(gone?.users), 'user');
  return [
    risk(
      'processes',
      `${counted(nodes, 'server')} ended without a word and left ${users} behind who may count as online: no server has run since, which would have seen to that. Start one.`,
    ),
  ];
}

async function examineLog(connection: Queryable): Promise<Finding[]> {
  const { now } = connection.dialect;
  const [log] = await connection.query(
    sql`SELECT last_seq, min_seq, (SELECT count(*) FROM events) AS entries, (SELECT at FROM events ORDER BY seq LIMIT 1) AS oldest,
      (SELECT ${now}) AS now FROM event_stream WHERE id = 1`,
  );
  const [last, min, entries] = [Number(log?.last_seq), Number(log?.min_seq), Number(log?.entries)];
  if (last - min + 1 !== entries) {
    return [
      wrong(
        'event_log',
        `the event log has ${entries} entries where its counter says ${last - min + 1}: somebody changed it past the server, and listeners may have missed something. Run \`rollcall renew-log\`: every listener reads afresh.`,
      ),
    ];
  }
  const { event_retention_days: days } = await readSettings(connection);
  const age = Number(log?.now) - Number(log?.oldest ?? log?.now);
  if (age <= days * DAY_MS + LATE_MS) return [];
  return [
    risk(
      'event_log',
      `the oldest event is ${saidSpan(age)} old, and events are kept for ${days} days: no server has deleted old ones lately. Look for "pruning the event log" in its log.`,
    ),
  ];
}

async function examineCustomIndexes(connection: Queryable): Promise<Finding[]> {
  const { customIndex } = jsonDialectOf(connection.dialect);
  const { indexed_custom_fields: fields } = await readSettings(connection);
  const names = fields.map(field => customIndex.nameOf(field.split('.')));
  if (names.length === 0) return [];
  const rows = await connection.query(customIndex.serving(names));
  const there = new Set(rows.map(({ name }) => name));
  const missing = fields.filter((_, index) => !there.has(names[index]));
  if (missing.length === 0) return [];
  return [
    risk(
      'indexes',
      `these custom fields have no index that serves, though the settings ask for one: ${missing.join(', ')}. A server makes it beside its work; \`rollcall migrate\` makes it, too.`,
    ),
  ];
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
