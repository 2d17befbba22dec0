import { expect, it } from 'vitest';
import { MetricsRegistry } from './registry.js';

it('counts a label that the table does not list as other, so that nobody can make series up', async () => {
  const metrics = new MetricsRegistry();
  for (const procedure of ['users.upsert', 'made.up', 'jane', '__proto__']) {
    metrics.count('rollcall_calls_total', { procedure, outcome: 'ok' });
  }
  metrics.count('rollcall_writes_total', { outcome: 'of another kind' });
  const text = await metrics.text();
  expect(text.split('\n').filter(line => line.startsWith('rollcall_calls_total{'))).toEqual([
    'rollcall_calls_total{procedure="users.upsert",outcome="ok"} 1',
    'rollcall_calls_total{procedure="other",outcome="ok"} 3',
  ]);
  expect(text).toContain('rollcall_writes_total{outcome="other"} 1');
});

it('has the series of a short list from the start, so that the first event is a change', async () => {
  const text = await new MetricsRegistry().text();
  for (const series of [
    'rollcall_writes_total{outcome="committed"} 0',
    'rollcall_tasks_ended_total{type="users.delete",status="failed"} 0',
    'rollcall_event_lag_seconds_bucket{le="0.1"} 0',
    'rollcall_writable 0',
  ]) {
    expect(text).toContain(series);
  }
});

it('has times in seconds, and none below zero: clocks may differ', async () => {
  const metrics = new MetricsRegistry();
  metrics.observe('rollcall_event_lag_seconds', {}, 40);
  metrics.observe('rollcall_event_lag_seconds', {}, -5);
  const text = await metrics.text();
  expect(text).toContain('rollcall_event_lag_seconds_sum 0.04');
  expect(text).toContain('rollcall_event_lag_seconds_bucket{le="0.001"} 1');
  expect(text).toContain('rollcall_event_lag_seconds_count 2');
});
