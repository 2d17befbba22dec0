import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { formatClock, formatCount } from '../output/terminal-text.js';
import { Pace } from './pace.js';
import { progressText, reportProgress } from './reporter.js';

describe('format', () => {
  it('writes counts with commas and durations as a clock does', () => {
    expect(formatCount(1_234_567.4)).toBe('1,234,567');
    expect([0, 7_400, 59_600, 760_000, 3_723_000].map(formatClock)).toEqual([
      '0:00',
      '0:07',
      '1:00',
      '12:40',
      '1:02:03',
    ]);
  });
});

describe('Pace', () => {
  it('computes the rate of the last ten seconds, not of the whole time', () => {
    let now = 0;
    const pace = new Pace(() => now);
    for (; now < 60_000; now += 1000) pace.add({ done: now / 10, failed: 0 });
    const fast = 6_000;
    for (; now < 75_000; now += 1000) pace.add({ done: fast + (now - 60_000), failed: 0 });
    expect(pace.add({ done: fast + 15_000, failed: 0 }).rate).toBeCloseTo(1000, 0);
  });

  it('counts failed rows as work', () => {
    let now = 0;
    const pace = new Pace(() => now);
    now = 1000;
    expect(pace.add({ done: 30, failed: 70 }).rate).toBe(100);
  });

  it('estimates the time left from where the work began, also after a resume', () => {
    let now = 0;
    const pace = new Pace(() => now);
    expect(pace.add({ done: 0, failed: 0, fraction: 0.5 }).leftMs).toBeUndefined();
    now = 10_000;
    expect(pace.add({ done: 100, failed: 0, fraction: 0.75 }).leftMs).toBeCloseTo(10_000);
    expect(pace.add({ done: 200, failed: 0, fraction: 1 }).leftMs).toBe(0);
  });

  it('estimates nothing while the size of the whole is unknown', () => {
    expect(new Pace(() => 0).add({ done: 5, failed: 0 })).toEqual({
      done: 5,
      failed: 0,
      rate: 0,
      elapsedMs: 0,
    });
  });
});

describe('progressText', () => {
  it('mentions failures only when there are some', () => {
    const progress = { done: 1200, failed: 0, rate: 640.4, elapsedMs: 2000 };
    expect(progressText(progress, 'user')).toBe('1,200 users, 640 a second');
    expect(progressText({ ...progress, failed: 2, leftMs: 31_000 }, 'user')).toBe(
      '1,200 users, 640 a second, 2 failed, 0:31 left',
    );
  });
});

describe('reportProgress', () => {
  it('sends a program a line at most every two seconds, and always the last state', () => {
    let now = 0;
    const stream = new PassThrough();
    const reporter = reportProgress(stream, { noun: 'user', now: () => now });
    for (; now <= 4_500; now += 500) reporter.update({ done: now, failed: 1, fraction: now / 5000 });
    reporter.stop();
    reporter.stop();
    const lines = String(stream.read()).trim().split('\n');
    expect(lines.map(line => JSON.parse(line).done)).toEqual([2000, 4000, 4500]);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      type: 'progress',
      done: 2000,
      failed: 1,
      rate: 1001,
      elapsed_ms: 2000,
      fraction: 0.4,
      left_ms: 3000,
    });
  });

  it('sends a program nothing when nothing happened', () => {
    const stream = new PassThrough();
    reportProgress(stream, { noun: 'user' }).stop();
    expect(stream.read()).toBeNull();
  });

  it('draws a bar on a terminal, but only a count while the size of the whole is unknown', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 120 });
    const reporter = reportProgress(terminal, { noun: 'user', now: () => 0 });
    reporter.update({ done: 7, failed: 0 });
    reporter.stop();
    const uncertain = String(terminal.read());
    expect(uncertain).toContain('7 users');
    expect(uncertain).not.toContain('%');

    const again = reportProgress(terminal, { noun: 'user', now: () => 0 });
    again.update({ done: 7, failed: 1, fraction: 0.5 });
    again.stop();
    expect(String(terminal.read())).toContain('████████████░░░░░░░░░░░░ 50 %  7 users, 0 a second, 1 failed');
  });
});
