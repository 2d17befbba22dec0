/** What an operator deploys beside the server names metrics that there are, with the labels that they have. */
import { join } from 'node:path';
import { ALERT_RULES, METRICS, type Metric } from '@rollcall/server';
import { describe, expect, it } from 'vitest';
import { DASHBOARD_EXPRESSIONS, dashboardFile } from './dashboard.js';
import { expectUpToDate } from './generated-pages.js';
import { alertList, alertsFile, bucketList, metricsTable } from './metrics-page.js';
import { ROOT } from './tracked-files.js';

const metrics: Readonly<Record<string, Metric>> = METRICS;

/** What Prometheus adds to each series by itself. */
const ADDED_LABELS = ['instance', 'job', 'le'];

/** The metric that a series of an expression belongs to; undefined when there is none. */
function metricOf(series: string): Metric | undefined {
  const [, histogram] = /^(.*)_(?:bucket|sum|count)$/.exec(series) ?? [];
  if (histogram === undefined) return metrics[series]?.kind === 'histogram' ? undefined : metrics[series];
  return metrics[histogram]?.kind === 'histogram' ? metrics[histogram] : metrics[series];
}

/** What is wrong with an expression. */
function problemsIn(expression: string): string[] {
  const problems: string[] = [];
  const known = new Set(ADDED_LABELS);
  for (const [, series = '', matchers = ''] of expression.matchAll(/\b(rollcall_\w+)(?:\{([^}]*)\})?/g)) {
    const metric = metricOf(series);
    if (!metric) {
      problems.push(`${series} is no series`);
      continue;
    }
    for (const label of Object.keys(metric.labels)) known.add(label);
    for (const [, label = '', value = ''] of matchers.matchAll(/(\w+)=~?"([^"]*)"/g)) {
      if (ADDED_LABELS.includes(label)) continue;
      if (!metric.labels[label]?.includes(value)) problems.push(`${series} has no ${label} "${value}"`);
    }
    const isCounter = metric.kind !== 'gauge';
    const isRate = new RegExp(`(?:rate|increase)\\(${series}\\b`).test(expression);
    if (isCounter !== isRate) problems.push(`${series} is a ${metric.kind}`);
  }
  for (const [, labels = ''] of expression.matchAll(/\bby \(([^)]*)\)/g)) {
    for (const label of labels.split(',').map(one => one.trim())) {
      if (!known.has(label)) problems.push(`nothing has the label ${label}`);
    }
  }
  return problems;
}

describe('what names metrics', () => {
  it.each(ALERT_RULES.map(({ name, expression }) => [name, expression]))(
    'the alert %s names what there is',
    (_, expression) => {
      expect(problemsIn(expression)).toEqual([]);
    },
  );

  it('the dashboard names what there is', () => {
    expect(DASHBOARD_EXPRESSIONS.flatMap(problemsIn)).toEqual([]);
  });

  it('the dashboard shows every metric', () => {
    const shown = DASHBOARD_EXPRESSIONS.join(' ');
    expect(Object.keys(METRICS).filter(name => !shown.includes(name))).toEqual([]);
  });

  it('finds what is wrong', () => {
    expect(problemsIn('rate(rollcall_no_such_total[5m])')).toEqual(['rollcall_no_such_total is no series']);
    expect(problemsIn('rate(rollcall_writes_total{outcome="lost"}[5m])')).toEqual([
      'rollcall_writes_total has no outcome "lost"',
    ]);
    expect(problemsIn('rollcall_writes_total > 1')).toEqual(['rollcall_writes_total is a counter']);
    expect(problemsIn('sum by (person) (rate(rollcall_writes_total[5m]))')).toEqual([
      'nothing has the label person',
    ]);
    expect(problemsIn('rollcall_write_seconds')).toEqual(['rollcall_write_seconds is no series']);
  });
});

describe('the alert rules', () => {
  it('have a name of their own each, a summary, and what to do', () => {
    const names = ALERT_RULES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { summary, todo, lasting } of ALERT_RULES) {
      expect(summary).toMatch(/^[a-z].*[^.]$/);
      expect(todo).toMatch(/^[A-Z`].{40,}\.$/s);
      expect(lasting).toMatch(/^\d+m$/);
    }
  });
});

describe('a file says what the source says (when it does not: npm run docs)', () => {
  it('docs/metrics.md', () =>
    expectUpToDate('docs/metrics.md', { metrics: metricsTable, buckets: bucketList, alerts: alertList }));

  it.each([
    ['deploy/alerts.yml', alertsFile],
    ['deploy/grafana-dashboard.json', dashboardFile],
  ])('%s', async (path, make) => {
    await expect(make()).toMatchFileSnapshot(join(ROOT, path));
  });

  it('deploy/alerts.yml has each rule once', () => {
    expect([...alertsFile().matchAll(/- alert: (\w+)$/gm)].map(([, name]) => name)).toEqual(
      ALERT_RULES.map(({ name }) => name),
    );
  });
});
