import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLogger } from './logger.js';
import { RefusalLog } from './refusal-log.js';

let lines: Record<string, unknown>[];
let refusals: RefusalLog;
beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  lines = [];
  const logger = createLogger({ logLevel: 'info' }, { write: line => lines.push(JSON.parse(line)) });
  refusals = new RefusalLog(logger);
});
afterEach(() => {
  vi.useRealTimers();
});

const of = (name: string) => ({ key: `user ${name}`, address: '192.0.2.1' }) as const;

it('lets the first of a caller and kind in a minute pass, and writes one line for the others at its end', () => {
  expect(refusals.isFirst(of('jane'), 'NOT_FOUND')).toBe(true);
  for (let turn = 0; turn < 1000; turn++) expect(refusals.isFirst(of('jane'), 'NOT_FOUND')).toBe(false);
  expect(refusals.isFirst(of('jane'), 'INPUT_INVALID')).toBe(true);
  expect(refusals.isFirst(of('john'), 'NOT_FOUND')).toBe(true);
  vi.advanceTimersByTime(59_999);
  expect(lines).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(lines).toMatchObject([{ address: '192.0.2.1', counts: { NOT_FOUND: 1000 } }]);
  expect(JSON.stringify(lines)).not.toContain('jane');
  expect(refusals.isFirst(of('jane'), 'NOT_FOUND')).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(lines).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

it('counts callers beyond a thousand together, so that many of them fill neither memory nor the log', () => {
  let passed = 0;
  for (let caller = 0; caller < 5000; caller++) {
    if (refusals.isFirst(of(String(caller)), 'TOKEN_INVALID')) passed += 1;
  }
  expect(passed).toBe(1001);
  refusals.flush();
  expect(lines).toMatchObject([{ counts: { TOKEN_INVALID: 3999 } }]);
  expect(lines[0]).not.toHaveProperty('address');
});
