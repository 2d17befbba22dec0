import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createEntry, type Entry, type EntryHost } from './entry.js';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function hostOf(): EntryHost {
  const entries: EntryHost['entries'] = new Map();
  const forget = (key: string) => entries.delete(key);
  return { entries, ready: true, failure: undefined, forget, changed: () => undefined };
}

const made = (host: EntryHost) =>
  createEntry(host, 'jane', { open: async () => undefined, read: () => 'Jane' }) as Entry;

it('what nobody reads is forgotten after a while, and what is read again is not', () => {
  const host = hostOf();
  const leave = made(host).subscribe(() => undefined);
  leave();
  vi.advanceTimersByTime(20_000);
  expect(host.entries.size).toBe(1);
  host.entries.get('jane')?.subscribe(() => undefined)();
  vi.advanceTimersByTime(20_000);
  expect(host.entries.size).toBe(1);
  vi.advanceTimersByTime(20_000);
  expect(host.entries.size).toBe(0);
});

it('an entry that was forgotten with an earlier user does not take the one in its place with it', () => {
  const host = hostOf();
  made(host).subscribe(() => undefined)();
  host.entries.clear();
  const second = made(host);
  second.subscribe(() => undefined);
  vi.advanceTimersByTime(60_000);
  expect(host.entries.get('jane')).toBe(second);
});
