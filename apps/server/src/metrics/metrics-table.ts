import { ERROR_CODES, TASK_STATUSES, TASK_TYPES } from '@rollcall/protocol';
import { PROCEDURES } from '@rollcall/router';

/** One metric: everything that is known of it. */
export interface Metric {
  kind: 'counter' | 'gauge' | 'histogram';
  /** What it says, in one sentence; `/metrics` and docs/metrics.md repeat it. */
  help: string;
  /** Its labels, and the values that each may have. There are no others, so the number of series is bounded. */
  labels: Readonly<Record<string, readonly string[]>>;
  /** Whether series are there from the start. Those of a metric with very many begin when something has happened. */
  sparse?: true;
}

/** Stands for every value of a label that is not listed. */
export const OTHER = 'other';

/** The bounds of all histograms, in seconds. */
export const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

const NONE = {};
const LANE = { lane: ['lookup', 'query'] } as const;
const BUDGETS = [
  'subscriptions',
  'live_filters',
  'live_filter_bytes',
  'watched_id_bytes',
  'request_bytes',
  'waiting_queries',
  'waiting_calls',
] as const;

/**
 * The one table of metrics. The registry, `/metrics`, docs/metrics.md, the dashboard and the alert rules all go by it. No
 * label holds the id, the name or the address of anybody.
 */
export const METRICS = {
  rollcall_calls_total: {
    kind: 'counter',
    help: 'Calls by procedure and by what came of them: `ok`, the code of the error, or `caller_gone` where nobody was left to be answered. Of a stream its beginning counts, and an error that ends it later. What reaches no procedure counts as `other`: a path or a name of nothing, a batch that is refused whole, a page of a foreign origin.',
    labels: {
      procedure: [...PROCEDURES, OTHER],
      outcome: ['ok', 'caller_gone', ...Object.keys(ERROR_CODES)],
    },
    sparse: true,
  },
  rollcall_failed_calls_total: {
    kind: 'counter',
    help: 'Calls that failed, by whose fault it was: the caller was refused or has gone, the storage could not serve it (`UNAVAILABLE`), or the server has a fault (`INTERNAL`). Its series are there from the start, so alerts count the first one, too.',
    labels: { fault: ['caller', 'storage', 'server'] },
  },
  rollcall_call_seconds: {
    kind: 'histogram',
    help: 'How long a query or a mutation took, from when the router had it until its answer was there, its waits included.',
    labels: { procedure: PROCEDURES },
    sparse: true,
  },
  rollcall_writes_total: {
    kind: 'counter',
    help: 'Transactions that write, by how they ended. One that was rolled back was refused or has failed, and changed nothing.',
    labels: { outcome: ['committed', 'rolled_back', 'unavailable'] },
  },
  rollcall_write_wait_seconds: {
    kind: 'histogram',
    help: 'How long a write waited for its turn on an embedded database, or for a connection to PostgreSQL.',
    labels: NONE,
  },
  rollcall_write_seconds: {
    kind: 'histogram',
    help: 'How long a write took from its turn to its end, the commit included. On an embedded database all other writes wait for it.',
    labels: NONE,
  },
  rollcall_commit_seconds: {
    kind: 'histogram',
    help: 'How long the commit alone took. It waits for the disk.',
    labels: NONE,
  },
  rollcall_write_retries_total: {
    kind: 'counter',
    help: 'Writes that collided with another one on PostgreSQL and began again.',
    labels: NONE,
  },
  rollcall_writes_waiting: {
    kind: 'gauge',
    help: 'Writes that wait now: for their turn, for a connection, or for the group in which they are written.',
    labels: NONE,
  },
  rollcall_writable: {
    kind: 'gauge',
    help: '1 while the last write reached the storage, 0 after one that did not.',
    labels: NONE,
  },
  rollcall_read_wait_seconds: {
    kind: 'histogram',
    help: 'How long a read waited for a reader, or for a connection.',
    labels: LANE,
  },
  rollcall_readers: {
    kind: 'gauge',
    help: 'How many reads of a lane may run at a time. On PostgreSQL lookups share the pool of connections and have none.',
    labels: LANE,
  },
  rollcall_readers_busy: { kind: 'gauge', help: 'Reads of a lane that run now.', labels: LANE },
  rollcall_reads_waiting: { kind: 'gauge', help: 'Reads of a lane that wait now.', labels: LANE },
  rollcall_queries_stopped_total: {
    kind: 'counter',
    help: 'Queries that were ended before they were done, because their time was over or their caller had gone.',
    labels: { reason: ['time', 'caller_gone'] },
  },
  rollcall_database_connections: {
    kind: 'gauge',
    help: 'Connections of the pool to PostgreSQL; 0 for an embedded database.',
    labels: { state: ['busy', 'idle'] },
  },
  rollcall_database_connections_waiting: {
    kind: 'gauge',
    help: 'Who waits for a connection to PostgreSQL now.',
    labels: NONE,
  },
  rollcall_replicas: {
    kind: 'gauge',
    help: 'Replicas of PostgreSQL that serve reads, and those that are left alone for now, since they were behind or have failed.',
    labels: { state: ['serving', 'away'] },
  },
  rollcall_replica_reads_total: {
    kind: 'counter',
    help: 'What became of reads that a replica may serve: it has `served` them, or the primary did, since the replica was `behind`, had `failed`, or was not asked (`skipped`): all were left alone, or it had too much to do.',
    labels: { outcome: ['served', 'behind', 'failed', 'skipped'] },
  },
  rollcall_events_logged_total: {
    kind: 'counter',
    help: 'Events that commits of this process have added to the log.',
    labels: NONE,
  },
  rollcall_log_position: {
    kind: 'gauge',
    help: 'The position of the last event in the log, as it was last read.',
    labels: NONE,
  },
  rollcall_event_lag_seconds: {
    kind: 'histogram',
    help: 'How old the first event of a page of new events was when the page was handed to the socket of its listener. An event has the moment at which its transaction began, by the clock of the process that wrote it. Pages of what a listener has missed do not count.',
    labels: NONE,
  },
  rollcall_listeners: {
    kind: 'gauge',
    help: 'Subscriptions to events, by whether they follow what is new or still read what they have missed.',
    labels: { state: ['following', 'catching_up'] },
  },
  rollcall_connections: {
    kind: 'gauge',
    help: 'Live connections that have signed in: WebSockets and event streams.',
    labels: NONE,
  },
  rollcall_unread_bytes: {
    kind: 'gauge',
    help: 'Bytes that were sent to live connections and that the system has not taken yet.',
    labels: NONE,
  },
  rollcall_unread_bytes_limit: {
    kind: 'gauge',
    help: 'The most of them: `ROLLCALL_MAX_UNREAD_BYTES`. Past that, the connections that are furthest behind are closed.',
    labels: NONE,
  },
  rollcall_too_slow_closes_total: {
    kind: 'counter',
    help: 'Connections that were closed with 4008 because they read too slowly.',
    labels: NONE,
  },
  rollcall_budget_refusals_total: {
    kind: 'counter',
    help: 'What callers were refused because their budget had no room, by budget.',
    labels: { budget: BUDGETS },
  },
  rollcall_tasks: {
    kind: 'gauge',
    help: 'Tasks that have not ended, in all processes together, as they were last read.',
    labels: { state: ['pending', 'running'] },
  },
  rollcall_oldest_task_seconds: {
    kind: 'gauge',
    help: 'The age of the oldest task in a state. A pending task ages from the moment at which it may start. 0 when there is no such task.',
    labels: { state: ['pending', 'running'] },
  },
  rollcall_tasks_overdue: {
    kind: 'gauge',
    help: 'Running tasks whose lease is over: their process died or stands still, and no worker has taken them again.',
    labels: NONE,
  },
  rollcall_tasks_held: {
    kind: 'gauge',
    help: 'Tasks on which this process holds a lease.',
    labels: NONE,
  },
  rollcall_task_steps_total: {
    kind: 'counter',
    help: 'Steps of tasks that this process took. One that was overtaken left nothing behind: another worker had the task by then.',
    labels: { type: TASK_TYPES, outcome: ['committed', 'failed', 'overtaken'] },
  },
  rollcall_task_step_seconds: {
    kind: 'histogram',
    help: 'How long a step of a task took.',
    labels: { type: TASK_TYPES },
    sparse: true,
  },
  rollcall_tasks_ended_total: {
    kind: 'counter',
    help: 'Tasks that a worker of this process has ended, by how.',
    labels: {
      type: TASK_TYPES,
      status: TASK_STATUSES.filter(status => status !== 'pending' && status !== 'running'),
    },
  },
  rollcall_webhook_tries_total: {
    kind: 'counter',
    help: 'Requests of this process that carried events to webhooks, by what came of them.',
    labels: { outcome: ['delivered', 'failed'] },
  },
  rollcall_webhook_try_seconds: {
    kind: 'histogram',
    help: 'How long such a request took, until its answer was there or it had failed.',
    labels: NONE,
  },
  rollcall_webhook_deliveries_ended_total: {
    kind: 'counter',
    help: 'Deliveries that this process has ended, by how: delivered, failed at the last try, or skipped since the log no longer has the event.',
    labels: { status: ['delivered', 'failed', 'skipped'] },
  },
  rollcall_webhooks: {
    kind: 'gauge',
    help: 'Webhooks, by how they stand, as it was last read. `failing`: active, and nothing has reached it since a try failed. `stopped`: disabled because it failed for three days, or answered that it is gone. `disabled`: somebody disabled it.',
    labels: { state: ['active', 'failing', 'stopped', 'disabled'] },
  },
  rollcall_webhook_deliveries_waiting: {
    kind: 'gauge',
    help: 'Deliveries that wait for another try, or for an earlier one about the same user, of all webhooks together, as it was last read.',
    labels: NONE,
  },
  rollcall_webhook_lag_seconds: {
    kind: 'gauge',
    help: 'How old the oldest event in the log is that an active webhook has not come to, as it was last read. Deliveries that wait do not count. 0: there is none.',
    labels: NONE,
  },
  rollcall_processes: {
    kind: 'gauge',
    help: 'Processes that hold users online, by whether their lease holds, as it was last read. The others take the users of a dead one away.',
    labels: { state: ['alive', 'dead'] },
  },
  rollcall_presence_lease: {
    kind: 'gauge',
    help: '1 while this process holds users under a lease. A process without users needs none.',
    labels: NONE,
  },
  rollcall_users_connected: {
    kind: 'gauge',
    help: 'Users with a live connection to this process.',
    labels: NONE,
  },
  rollcall_presence_unwritten: {
    kind: 'gauge',
    help: 'Users whose coming or going is not written yet.',
    labels: NONE,
  },
  rollcall_background_errors_total: {
    kind: 'counter',
    help: 'Errors of the work in the background, which reach no caller. The log has each.',
    labels: NONE,
  },
  rollcall_disk_free_bytes: {
    kind: 'gauge',
    help: 'Room on the disk of an embedded database; 0 for PostgreSQL, and where the system does not say.',
    labels: NONE,
  },
  rollcall_disk_bytes: { kind: 'gauge', help: 'The size of that disk.', labels: NONE },
  rollcall_storage_read_age_seconds: {
    kind: 'gauge',
    help: 'How long ago the database last answered what these numbers are read from. It is asked every 15 seconds at most.',
    labels: NONE,
  },
  rollcall_event_loop_delay_seconds: {
    kind: 'gauge',
    help: 'By how much the event loop was late within the last 15 to 30 seconds: half of the time, one time in a hundred, and at most.',
    labels: { rank: ['p50', 'p99', 'max'] },
  },
  rollcall_event_loop_busy_seconds_total: {
    kind: 'counter',
    help: 'How long the event loop has been at work. Its rate is the share of the time in which nothing else could begin.',
    labels: NONE,
  },
  rollcall_process_cpu_seconds_total: {
    kind: 'counter',
    help: 'CPU time of the process, all its threads together.',
    labels: NONE,
  },
  rollcall_process_resident_bytes: { kind: 'gauge', help: 'Memory of the process.', labels: NONE },
  rollcall_process_heap_bytes: {
    kind: 'gauge',
    help: 'Memory in use for objects of JavaScript.',
    labels: NONE,
  },
  rollcall_process_start_seconds: {
    kind: 'gauge',
    help: 'When the process started, in seconds since 1970.',
    labels: NONE,
  },
} as const satisfies Record<`rollcall_${string}`, Metric>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

/** The names of all metrics of a kind. */
export type NameOf<Kind extends Metric['kind']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];

/** The labels that a metric has to be given. */
export type LabelsOf<Name extends MetricName> = {
  [Label in keyof (typeof METRICS)[Name]['labels']]: string;
};
