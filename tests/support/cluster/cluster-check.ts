import type { RollcallEvent, User } from '@rollcall/protocol';
import type { RestartablePostgres } from '@rollcall/testing';
import { EventCollector } from '../listeners/event-collector.js';
import { isReady } from '../network/tcp-balancer.js';
import { until } from '../until.js';
import { inTime } from './call-history.js';
import type { Cluster, ClusterNode } from './cluster.js';
import type { ClusterLoad } from './cluster-load.js';
import { problemsOfHistory } from './history-check.js';
import {
  problemsOfContent,
  problemsOfEvents,
  problemsOfLog,
  problemsOfUsers,
  type StoredEntry,
  type StoredStream,
} from './log-check.js';

/** More than a client needs to find out that its process no longer moves, and to come back elsewhere. */
const HEARD_WITHIN_MS = 75_000;

/** A task whose worker is gone waits for the end of the lease, 30 s, before somebody else takes it. */
const TASKS_END_WITHIN_MS = 90_000;

/** More calls at once than a process has connections to PostgreSQL: none of those may be stuck. */
const CALLS_AT_ONCE = 40;

/** A try that takes longer hangs, and another one is made. */
const TRY_MS = 3000;

/** What is asked of a cluster. */
type Checked = Pick<Cluster<Pick<RestartablePostgres, 'query'>>, 'postgres' | 'nodes'>;

/**
 * What is wrong with a cluster whose load has ended, after everything that was begun has come to its end. `listeners`
 * have listened since `start`, a position.
 */
export async function problemsOf(
  cluster: Checked,
  load: ClusterLoad,
  { listeners, start }: { listeners: Record<string, EventCollector>; start: string },
): Promise<string[]> {
  const { postgres, nodes } = cluster;
  await until(
    'all tasks have ended',
    async () => (await postgres.query('SELECT 1 FROM tasks WHERE finished_at IS NULL')).length === 0,
    TASKS_END_WITHIN_MS,
  );
  await connectionsInOrder(cluster);
  const [row] = await postgres.query<Record<keyof StoredStream, string>>('SELECT * FROM event_stream');
  const stream = {
    epoch: String(row?.epoch),
    last_seq: Number(row?.last_seq),
    min_seq: Number(row?.min_seq),
  };
  const stored = await postgres.query<{ seq: string; type: string }>(
    'SELECT seq, type FROM events ORDER BY seq',
  );
  const entries = stored.map(({ seq, type }): StoredEntry => ({ seq: Number(seq), type }));
  const past = await postgres.query<PastEpoch>('SELECT epoch, last_seq::int FROM past_epochs');
  const since = entries.filter(({ seq }) => seq > Number(start.split('.')[1]));

  const { client } = nodes[0] as ClusterNode;
  const reader = new EventCollector(client, { lastEventId: start });
  const all = { ...listeners, 'who reads afterwards': reader };
  for (const [who, listener] of Object.entries(all)) {
    const hears = () => listener.events.length >= since.length || listener.error !== undefined;
    await until(`${who} hears the end`, hears, HEARD_WITHIN_MS).catch(() => undefined);
  }
  await reader.stop();
  const users: User[] = [];
  const everybody = { include_deactivated_users: true, include_deleted_users: true };
  for await (const user of client.queryUsersAll({}, [{ field: 'id', direction: 1 }], everybody)) {
    users.push(user);
  }
  const events = reader.events as RollcallEvent[];
  const heardBy = (listener: EventCollector) =>
    listener.events.map(event => inPresentEpoch(event, past, stream.epoch));
  return [
    ...problemsOfLog(entries, stream),
    ...Object.entries(all).flatMap(([who, listener]) => [
      ...(listener.error === undefined ? [] : [`${who} ended with ${listener.error}`]),
      ...problemsOfEvents(who, heardBy(listener), since, stream.epoch),
      ...problemsOfContent(who, heardBy(listener), events),
    ]),
    ...problemsOfUsers(events, users),
    ...problemsOfHistory(load, events),
  ];
}

/** An epoch that ended when a standby took over. */
interface PastEpoch {
  epoch: string;
  last_seq: number;
}

/** An event as who hears it now hears it: one that was heard before a standby took over has a position of an earlier epoch. */
function inPresentEpoch<Event extends { id?: string }>(
  event: Event,
  past: readonly PastEpoch[],
  present: string,
): Event {
  const [epoch, seq] = (event.id ?? '').split('.');
  const leadsOn = past.some(one => one.epoch === epoch && Number(seq) <= one.last_seq);
  return leadsOn ? { ...event, id: `${present}.${seq}` } : event;
}

/**
 * Waits until every process acknowledges a write again, says that it is ready, and answers as many calls at once as it
 * ever will.
 * @returns after how many milliseconds each of them acknowledged a write.
 */
export async function recovered(
  nodes: readonly ClusterNode[],
  withinMs: number,
): Promise<Record<string, number>> {
  const startedAt = performance.now();
  const took: Record<string, number> = {};
  await Promise.all(
    nodes.map(async ({ name, client, process }) => {
      const write = () => inTime(client.upsertUser({ id: `probe-${name}`, at: Date.now() }), TRY_MS);
      const works = (call: Promise<unknown>) =>
        call.then(
          () => true,
          () => false,
        );
      await until(`process ${name} acknowledges a write`, () => works(write()), withinMs);
      took[name] = Math.round(performance.now() - startedAt);
      await until(`process ${name} is ready`, () => isReady(process.url), withinMs);
      const calls = Array.from({ length: CALLS_AT_ONCE }, () => client.queryUsers({ id: 'nobody' }));
      await inTime(Promise.all(calls), withinMs);
    }),
  );
  return took;
}

/** A pool, and the connection for hints. */
const MAX_CONNECTIONS = 11;

const CONNECTIONS_END_WITHIN_MS = 15_000;

/** No transaction is left open by anybody, and no process has more connections to PostgreSQL than it needs. */
async function connectionsInOrder({ postgres, nodes }: Checked): Promise<void> {
  await until(
    'no transaction is left open',
    async () => (await postgres.query(LEFT_OPEN)).length === 0,
    CONNECTIONS_END_WITHIN_MS,
  );
  for (const { name, network } of nodes) {
    const few = () => network.connections <= MAX_CONNECTIONS;
    await until(`process ${name} has few connections`, few, CONNECTIONS_END_WITHIN_MS);
  }
}

const LEFT_OPEN = `SELECT pid FROM pg_stat_activity
  WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '1 second'`;

/** What a server prints when it starts. */
const GREETING = /^(|Rollcall answers at .*|Data: .*|To sign in, make a token: .*)$/;

/** Says with which error a connection was lost that nobody depends on. */
const HINTS = 'hints between processes';

/** What a server has logged as errors, but for what it says while the storage is away. */
export function faultsIn(output: string): string[] {
  return output.split('\n').flatMap(line => {
    if (!line.startsWith('{')) return GREETING.test(line) ? [] : [line];
    const { level, msg, err } = JSON.parse(line) as {
      level: string;
      msg: string;
      err?: { code?: string; message: string };
    };
    if (level === 'warn' || err?.code === 'UNAVAILABLE' || msg === HINTS) return [];
    return [`${msg}: ${err?.code} ${err?.message}`];
  });
}
