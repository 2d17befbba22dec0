import { ALERT_RULES, BUCKETS, METRICS, type Metric } from '@rollcall/server';
import { type GeneratedTable, table } from './generated-pages.js';

/** Labels with more values than this are described instead of listed. */
const MOST_LISTED = 8;

/** What the many values of a label are. */
const DESCRIBED: Record<string, string> = {
  procedure: 'every procedure (docs/procedures.md)',
  outcome: '`ok`, `caller_gone`, or the code of an error (docs/contract/errors.md)',
};

/** The table of metrics of docs/metrics.md. */
export const metricsTable: GeneratedTable = () =>
  table(
    ['Metric', 'Kind', 'Labels', 'What it says'],
    Object.entries(METRICS as Record<string, Metric>).map(([name, { kind, labels, help }]) => [
      `\`${name}\``,
      kind,
      Object.entries(labels).map(describeLabel).join('; '),
      help,
    ]),
  );

function describeLabel([label, values]: [string, readonly string[]]): string {
  if (values.length <= MOST_LISTED) return `\`${label}\`: ${values.map(value => `\`${value}\``).join(', ')}`;
  const described = DESCRIBED[label];
  if (!described) throw new Error(`nothing says what the values of ${label} are`);
  return `\`${label}\`: ${described}`;
}

/** The bounds of histograms, as a sentence has them. */
export const bucketList: GeneratedTable = () =>
  `Every histogram has the bounds ${BUCKETS.join(', ')} seconds.`;

/** The alert rules, each with what to do. */
export const alertList: GeneratedTable = () =>
  ALERT_RULES.map(
    ({ name, expression, lasting, severity, summary, todo }) =>
      `### ${name}\n\n${capital(summary)}. (${severity}${lasting === '0m' ? '' : `, after ${lasting}`})\n\n    ${expression}\n\n${todo}`,
  ).join('\n\n');

/** deploy/alerts.yml: the rules as Prometheus reads them. Strings are written as JSON, which YAML takes. */
export function alertsFile(): string {
  const rules = ALERT_RULES.map(({ name, expression, lasting, severity, summary, todo }) =>
    [
      `      - alert: ${name}`,
      `        expr: ${JSON.stringify(expression)}`,
      `        for: ${lasting}`,
      '        labels:',
      `          severity: ${severity}`,
      '        annotations:',
      `          summary: ${JSON.stringify(`{{ $labels.instance }}: ${summary}`)}`,
      `          description: ${JSON.stringify(todo)}`,
      `          runbook: docs/metrics.md#${name.toLowerCase()}`,
    ].join('\n'),
  );
  return `${[
    '# Alert rules for Rollcall, made from apps/server/src/metrics/alerts-table.ts by `npm run docs`.',
    '# docs/metrics.md says what to do about each.',
    'groups:',
    '  - name: rollcall',
    '    rules:',
    ...rules,
  ].join('\n')}\n`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
