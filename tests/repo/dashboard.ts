/** One panel: what it is called, what its numbers are, and its lines: an expression and a legend each. */
type Panel = readonly [
  title: string,
  unit: Unit,
  lines: readonly (readonly [expression: string, legend: string])[],
];

/** Units by Grafana's names. */
type Unit = 's' | 'short' | 'bytes' | 'ops' | 'percentunit';

const WIDTH = 8;
const HEIGHT = 8;
const PANELS_PER_ROW = 3;

const rate = (series: string) => `rate(${series}{instance=~"$instance"}[$__rate_interval])`;
const now = (series: string) => `${series}{instance=~"$instance"}`;
const quantile = (q: number, histogram: string, by = '') =>
  `histogram_quantile(${q}, sum by (le${by}) (${rate(`${histogram}_bucket`)}))`;
const spread = (histogram: string): Panel[2] => [
  [quantile(0.5, histogram), 'p50'],
  [quantile(0.99, histogram), 'p99'],
];

/** The rows of the dashboard, each with its panels. */
const ROWS: readonly (readonly [title: string, panels: readonly Panel[]])[] = [
  [
    'Calls',
    [
      ['Calls by outcome', 'ops', [[`sum by (outcome) (${rate('rollcall_calls_total')})`, '{{outcome}}']]],
      [
        'Calls that failed',
        'ops',
        [[`sum by (fault) (${rate('rollcall_failed_calls_total')})`, '{{fault}}']],
      ],
      [
        'Busiest procedures',
        'ops',
        [[`topk(10, sum by (procedure) (${rate('rollcall_calls_total')}))`, '{{procedure}}']],
      ],
      ['How long calls take', 's', spread('rollcall_call_seconds')],
      [
        'Refused by budget',
        'ops',
        [[`sum by (budget) (${rate('rollcall_budget_refusals_total')})`, '{{budget}}']],
      ],
      [
        'Queries ended early',
        'ops',
        [[`sum by (reason) (${rate('rollcall_queries_stopped_total')})`, '{{reason}}']],
      ],
      [
        'Slowest procedures, p99',
        's',
        [[`topk(10, ${quantile(0.99, 'rollcall_call_seconds', ', procedure')})`, '{{procedure}}']],
      ],
    ],
  ],
  [
    'Storage',
    [
      [
        'Writes by how they ended',
        'ops',
        [[`sum by (outcome) (${rate('rollcall_writes_total')})`, '{{outcome}}']],
      ],
      ['Writes that wait', 'short', [[now('rollcall_writes_waiting'), '{{instance}}']]],
      ['Wait for a write', 's', spread('rollcall_write_wait_seconds')],
      ['How long writes take', 's', spread('rollcall_write_seconds')],
      ['How long commits take', 's', spread('rollcall_commit_seconds')],
      ['Writes that ran again', 'ops', [[rate('rollcall_write_retries_total'), '{{instance}}']]],
      ['Wait for a reader, p99', 's', [[quantile(0.99, 'rollcall_read_wait_seconds', ', lane'), '{{lane}}']]],
      [
        'Readers',
        'short',
        [
          [now('rollcall_readers_busy'), 'busy: {{lane}} {{instance}}'],
          [now('rollcall_reads_waiting'), 'waiting: {{lane}} {{instance}}'],
          [now('rollcall_readers'), 'all: {{lane}} {{instance}}'],
        ],
      ],
      [
        'Connections to PostgreSQL',
        'short',
        [
          [now('rollcall_database_connections'), '{{state}} {{instance}}'],
          [now('rollcall_database_connections_waiting'), 'waiting {{instance}}'],
        ],
      ],
      [
        'Reads that a replica may serve',
        'ops',
        [[`sum by (outcome) (${rate('rollcall_replica_reads_total')})`, '{{outcome}}']],
      ],
      ['Replicas', 'short', [[now('rollcall_replicas'), '{{state}} {{instance}}']]],
      ['Takes writes', 'short', [[now('rollcall_writable'), '{{instance}}']]],
      ['Since the database answered', 's', [[now('rollcall_storage_read_age_seconds'), '{{instance}}']]],
      [
        'Room on the disk',
        'bytes',
        [
          [now('rollcall_disk_free_bytes'), 'free {{instance}}'],
          [now('rollcall_disk_bytes'), 'all {{instance}}'],
        ],
      ],
    ],
  ],
  [
    'Events and listeners',
    [
      ['From a change to its listeners', 's', spread('rollcall_event_lag_seconds')],
      ['Events', 'ops', [[`sum(${rate('rollcall_events_logged_total')})`, 'logged']]],
      ['Position of the log', 'short', [[`max(${now('rollcall_log_position')})`, 'position']]],
      ['Connections', 'short', [[now('rollcall_connections'), '{{instance}}']]],
      ['Listeners', 'short', [[now('rollcall_listeners'), '{{state}} {{instance}}']]],
      [
        'Users connected',
        'short',
        [
          [now('rollcall_users_connected'), '{{instance}}'],
          [now('rollcall_presence_unwritten'), 'unwritten {{instance}}'],
          [now('rollcall_presence_lease'), 'lease {{instance}}'],
        ],
      ],
      [
        'Waiting to be read',
        'bytes',
        [
          [now('rollcall_unread_bytes'), '{{instance}}'],
          [now('rollcall_unread_bytes_limit'), 'limit {{instance}}'],
        ],
      ],
      ['Closed for reading too slowly', 'ops', [[rate('rollcall_too_slow_closes_total'), '{{instance}}']]],
      ['Processes with users', 'short', [[`max by (state) (${now('rollcall_processes')})`, '{{state}}']]],
    ],
  ],
  [
    'Tasks',
    [
      [
        'Tasks',
        'short',
        [
          [`max by (state) (${now('rollcall_tasks')})`, '{{state}}'],
          [`max(${now('rollcall_tasks_overdue')})`, 'overdue'],
          [now('rollcall_tasks_held'), 'held by {{instance}}'],
        ],
      ],
      ['Oldest task', 's', [[`max by (state) (${now('rollcall_oldest_task_seconds')})`, '{{state}}']]],
      [
        'Steps',
        'ops',
        [[`sum by (type, outcome) (${rate('rollcall_task_steps_total')})`, '{{type}} {{outcome}}']],
      ],
      [
        'How long steps take, p99',
        's',
        [[quantile(0.99, 'rollcall_task_step_seconds', ', type'), '{{type}}']],
      ],
      [
        'Tasks ended',
        'ops',
        [[`sum by (type, status) (${rate('rollcall_tasks_ended_total')})`, '{{type}} {{status}}']],
      ],
      ['Errors in the background', 'ops', [[rate('rollcall_background_errors_total'), '{{instance}}']]],
    ],
  ],
  [
    'Webhooks',
    [
      [
        'Webhooks',
        'short',
        [
          [`max by (state) (${now('rollcall_webhooks')})`, '{{state}}'],
          [`max(${now('rollcall_webhook_deliveries_waiting')})`, 'deliveries that wait'],
        ],
      ],
      ['Behind the log', 's', [[`max(${now('rollcall_webhook_lag_seconds')})`, 'at most']]],
      ['Requests', 'ops', [[`sum by (outcome) (${rate('rollcall_webhook_tries_total')})`, '{{outcome}}']]],
      ['How long requests take', 's', spread('rollcall_webhook_try_seconds')],
      [
        'Deliveries ended',
        'ops',
        [[`sum by (status) (${rate('rollcall_webhook_deliveries_ended_total')})`, '{{status}}']],
      ],
    ],
  ],
  [
    'The process',
    [
      ['Event loop late', 's', [[now('rollcall_event_loop_delay_seconds'), '{{rank}} {{instance}}']]],
      [
        'Event loop at work',
        'percentunit',
        [[rate('rollcall_event_loop_busy_seconds_total'), '{{instance}}']],
      ],
      ['CPU', 'percentunit', [[rate('rollcall_process_cpu_seconds_total'), '{{instance}}']]],
      [
        'Memory',
        'bytes',
        [
          [now('rollcall_process_resident_bytes'), 'process {{instance}}'],
          [now('rollcall_process_heap_bytes'), 'heap {{instance}}'],
        ],
      ],
      ['Up for', 's', [[`time() - ${now('rollcall_process_start_seconds')}`, '{{instance}}']]],
    ],
  ],
];

/** All expressions of the dashboard. */
export const DASHBOARD_EXPRESSIONS: readonly string[] = ROWS.flatMap(([, panels]) =>
  panels.flatMap(([, , lines]) => lines.map(([expression]) => expression)),
);

/** deploy/grafana-dashboard.json, as Grafana imports it. */
export function dashboardFile(): string {
  const datasource = { type: 'prometheus', uid: '$datasource' };
  const panels: object[] = [];
  let y = 0;
  for (const [title, inRow] of ROWS) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: 24, h: 1 },
    });
    y += 1;
    for (const [place, [name, unit, lines]] of inRow.entries()) {
      panels.push({
        id: panels.length + 1,
        type: 'timeseries',
        title: name,
        datasource,
        gridPos: {
          x: (place % PANELS_PER_ROW) * WIDTH,
          y: y + Math.floor(place / PANELS_PER_ROW) * HEIGHT,
          w: WIDTH,
          h: HEIGHT,
        },
        fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
        options: {
          legend: { displayMode: 'list', placement: 'bottom' },
          tooltip: { mode: 'multi', sort: 'desc' },
        },
        targets: lines.map(([expr, legendFormat], index) => ({
          refId: String.fromCharCode(65 + index),
          datasource,
          expr,
          legendFormat,
        })),
      });
    }
    y += Math.ceil(inRow.length / PANELS_PER_ROW) * HEIGHT;
  }
  const dashboard = {
    uid: 'rollcall',
    title: 'Rollcall',
    tags: ['rollcall'],
    schemaVersion: 39,
    version: 1,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: {
      list: [
        { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
        {
          name: 'instance',
          label: 'Process',
          type: 'query',
          datasource,
          query: { query: 'label_values(rollcall_writable, instance)', refId: 'instances' },
          refresh: 2,
          includeAll: true,
          multi: true,
          current: { selected: true, text: 'All', value: '$__all' },
        },
      ],
    },
    panels,
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}
