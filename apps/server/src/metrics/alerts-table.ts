/** One alert rule. */
export interface AlertRule {
  name: `Rollcall${string}`;
  /** What holds while it fires, in PromQL. `apps/server/test/alert-expression.ts` says which part of that rules use. */
  expression: string;
  /** For how long it has to hold, as Prometheus writes it. */
  lasting: string;
  severity: 'critical' | 'warning';
  /** What is wrong, in one sentence. */
  summary: string;
  /** What to do about it. */
  todo: string;
}

/**
 * The one table of alert rules. deploy/alerts.yml and docs/metrics.md are made from it, and `alerts.test.ts` makes the fault
 * of each and sees it fire.
 */
export const ALERT_RULES: readonly AlertRule[] = [
  {
    name: 'RollcallDown',
    expression: 'up{job="rollcall"} == 0',
    lasting: '1m',
    severity: 'critical',
    summary: 'a process cannot be scraped',
    todo: 'See whether the process runs, and what its log says last. If it runs and `/healthz` does not answer, it hangs: restart it. If `/healthz` answers, look at the port and the token of the metrics.',
  },
  {
    name: 'RollcallNotWritable',
    expression: 'rollcall_writable == 0',
    lasting: '1m',
    severity: 'critical',
    summary: 'the storage takes no writes',
    todo: 'Ask `/readyz` for the reason. Look for room on the disk of the database, for another program that holds the file, and whether PostgreSQL is up and no replica. The process goes on by itself when the storage takes writes again; a restart does not help.',
  },
  {
    name: 'RollcallWritesWait',
    expression: 'rollcall_writes_waiting > 50',
    lasting: '2m',
    severity: 'warning',
    summary: 'writes wait for their turn',
    todo: 'Compare with how long writes and commits take. If commits are slow, the disk is. If a write takes long and its commit does not, look for a bulk change or a large task. If both are short, there are more writes than one database takes: docs/deployment.md says what comes next.',
  },
  {
    name: 'RollcallWritesSlow',
    expression:
      'histogram_quantile(0.99, sum by (le, instance) (rate(rollcall_write_seconds_bucket[5m]))) > 1',
    lasting: '5m',
    severity: 'warning',
    summary: 'one write in a hundred takes longer than a second',
    todo: 'If commits are slow as well, look at the disk of the database and at what else uses it. If not, look for locks: another program on the file, or a migration or a maintenance command on PostgreSQL.',
  },
  {
    name: 'RollcallStorageSilent',
    expression: 'rollcall_storage_read_age_seconds > 60',
    lasting: '1m',
    severity: 'critical',
    summary: 'the database does not answer',
    todo: 'Look whether the database can be reached from the machine of the process, and at what it is busy with. Numbers about tasks, processes and the disk are old while this fires.',
  },
  {
    name: 'RollcallUnavailable',
    expression: 'rate(rollcall_failed_calls_total{fault="storage"}[5m]) > 0.1',
    lasting: '5m',
    severity: 'critical',
    summary: 'calls are refused because the storage cannot serve them now',
    todo: 'Look at the other alerts of the storage first. The log has each such call with its cause. If all of them are queries, queries wait for readers: look at what is asked.',
  },
  {
    name: 'RollcallFaults',
    expression: 'increase(rollcall_failed_calls_total{fault="server"}[10m]) > 0',
    lasting: '0m',
    severity: 'warning',
    summary: 'a call met a fault of the server',
    todo: 'The log has it, with the request id that the caller was given. It is a bug, or a damaged row: report it with the stack.',
  },
  {
    name: 'RollcallBackgroundErrors',
    expression: 'increase(rollcall_background_errors_total[15m]) > 10',
    lasting: '0m',
    severity: 'warning',
    summary: 'the work in the background meets errors again and again',
    todo: 'The log names what was being done each time: presence, notifications between processes, tasks, or maintenance.',
  },
  {
    name: 'RollcallEventsLate',
    expression:
      'histogram_quantile(0.95, sum by (le, instance) (rate(rollcall_event_lag_seconds_bucket[5m]))) > 2',
    lasting: '5m',
    severity: 'warning',
    summary: 'listeners hear of changes more than two seconds late',
    todo: 'Look at the event loop of the process first, then at how long writes take: an event counts from the beginning of its transaction. If only some processes are late, the notifications between processes are cut off (ROLLCALL_HINTS, PgBouncer). Clocks that differ show here, too.',
  },
  {
    name: 'RollcallReadersTooSlow',
    expression: 'increase(rollcall_too_slow_closes_total[10m]) > 20',
    lasting: '0m',
    severity: 'warning',
    summary: 'connections are closed because they read too slowly',
    todo: 'They come back and resume by themselves. If they are always the same clients, these hear more than they can read: let them ask for less. If they are many, look at the network in front of the server.',
  },
  {
    name: 'RollcallUnreadFull',
    expression: 'rollcall_unread_bytes / rollcall_unread_bytes_limit > 0.8',
    lasting: '1m',
    severity: 'warning',
    summary: 'nearly all the memory for what waits to be read is in use',
    todo: 'Past the limit, the connections that are furthest behind are closed. Look for slow listeners and for a burst of large events; raise ROLLCALL_MAX_UNREAD_BYTES if the machine has the memory.',
  },
  {
    name: 'RollcallQueriesStopped',
    expression: 'increase(rollcall_queries_stopped_total{reason="time"}[10m]) > 10',
    lasting: '0m',
    severity: 'warning',
    summary: 'queries are ended because they take too long',
    todo: 'The overview of the console names the custom fields that they search by without an index: list those in `indexed_custom_fields`.',
  },
  {
    name: 'RollcallTasksWait',
    expression: 'rollcall_oldest_task_seconds{state="pending"} > 300',
    lasting: '5m',
    severity: 'warning',
    summary: 'a task has waited for five minutes and nobody has taken it',
    todo: 'Each process works on two tasks at a time. Look at those that run (`rollcall tasks list`): if they get on, wait or add a process; if not, look for their errors in the log. A task of a type that no process knows comes from a newer version.',
  },
  {
    name: 'RollcallTasksOverdue',
    expression: 'rollcall_tasks_overdue > 0',
    lasting: '2m',
    severity: 'warning',
    summary: 'a running task has lost its worker, and no other takes it',
    todo: 'Another worker takes such a task within a second as a rule. Look whether any process works on tasks, and whether all of them are busy with others.',
  },
  {
    name: 'RollcallTasksFail',
    expression: 'sum by (instance) (increase(rollcall_tasks_ended_total{status="failed"}[1h])) > 0',
    lasting: '0m',
    severity: 'warning',
    summary: 'a task has failed for the last time',
    todo: '`rollcall tasks list --status failed` shows it with its error, and the log has the rest. What it had done stays done; ask for the same again when the cause is gone.',
  },
  {
    name: 'RollcallWebhookFailing',
    expression: 'rollcall_webhooks{state="failing"} > 0',
    lasting: '15m',
    severity: 'warning',
    summary: 'nothing reaches a webhook',
    todo: '`rollcall webhooks list` shows which, and `rollcall webhooks deliveries` what it answers. What waits is sent when it is back. After three days it is disabled.',
  },
  {
    name: 'RollcallWebhookStopped',
    expression: 'rollcall_webhooks{state="stopped"} > 0',
    lasting: '0m',
    severity: 'warning',
    summary: 'a webhook was disabled: it failed for three days, or answered that it is gone',
    todo: '`rollcall webhooks list` shows which, and why. `rollcall webhooks enable` goes on where it stopped, for as long as the log is kept. Delete it if nobody needs it any more.',
  },
  {
    name: 'RollcallWebhooksLate',
    expression: 'rollcall_webhook_lag_seconds > 600',
    lasting: '5m',
    severity: 'warning',
    summary: 'a webhook is ten minutes behind the log',
    todo: 'See whether it fails, and how long its answers take: eight requests run at a time, each about another user. A rate limit that is too low, and a thousand deliveries that wait, hold it up as well.',
  },
  {
    name: 'RollcallWebhookDeliveriesLost',
    expression: 'increase(rollcall_webhook_deliveries_ended_total{status="failed"}[1h]) > 0',
    lasting: '0m',
    severity: 'warning',
    summary: 'a delivery of a webhook has failed for three days, and is not tried any more',
    todo: '`rollcall webhooks deliveries` with `--status failed` shows which, and what was answered. Mend the receiver, and try them again with `rollcall webhooks retry`, within seven days.',
  },
  {
    name: 'RollcallProcessDead',
    expression: 'rollcall_processes{state="dead"} > 0',
    lasting: '2m',
    severity: 'warning',
    summary: 'a process has gone without a word, and its users still count as online',
    todo: 'The others take its users away within seconds as a rule. If this stays, they cannot write, or the clock of the database jumped.',
  },
  {
    name: 'RollcallEventLoopBusy',
    expression: 'rollcall_event_loop_delay_seconds{rank="p99"} > 0.25',
    lasting: '2m',
    severity: 'warning',
    summary: 'the process is too busy to answer at once',
    todo: 'One process uses about one core. Look at calls and listeners: if there are more of them than before, add a process (PostgreSQL), or a faster machine. If not, look whether the machine has CPU to give.',
  },
  {
    name: 'RollcallPoolEmpty',
    expression: 'rollcall_database_connections_waiting > 0',
    lasting: '1m',
    severity: 'warning',
    summary: 'calls wait for a connection to PostgreSQL',
    todo: 'If the connections are busy and PostgreSQL is not, raise ROLLCALL_POSTGRES_POOL_SIZE. If PostgreSQL is busy, look at its slowest statements and its locks first.',
  },
  {
    name: 'RollcallReplicaAway',
    expression: 'rollcall_replicas{state="away"} > 0',
    lasting: '5m',
    severity: 'warning',
    summary: 'a replica serves nobody, and the primary has its work',
    todo: 'The log of the process names the replica and says why. `SELECT application_name, state, replay_lag FROM pg_stat_replication` on the primary shows whether it receives, and how far behind it is. After a failover, name the new standby in ROLLCALL_DATABASE_READ_URLS.',
  },
  {
    name: 'RollcallDiskFull',
    expression: 'rollcall_disk_free_bytes / rollcall_disk_bytes < 0.1',
    lasting: '5m',
    severity: 'warning',
    summary: 'the disk of the database is nearly full',
    todo: 'Make room before it is full: writes are refused then. Events that are kept for a shorter time, and exports that are deleted, give room back within the file only.',
  },
];
