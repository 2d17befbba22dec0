import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LoggedEvent } from './logged-event.js';
import { SharedPages } from './shared-pages.js';

const at = (seq: number) => ({ epoch: 'e', seq });
const events = (seq: number) => [
  new LoggedEvent('e', { seq, type: 'user.updated', at: 1, actor_type: 'server', data: '{}' }),
];

describe('a page that was read', () => {
  let pages: SharedPages;
  beforeEach(() => {
    vi.useFakeTimers();
    pages = new SharedPages();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is found for half a second, by those who ask for just that page', () => {
    const page = events(1);
    pages.reading(at(0), 500)(page);
    expect(pages.find(at(0), 500)).toBe(page);
    expect(pages.find(at(0), 499)).toBeUndefined();
    expect(pages.find(at(1), 500)).toBeUndefined();
    expect(pages.find({ epoch: 'f', seq: 0 }, 500)).toBeUndefined();
    vi.advanceTimersByTime(500);
    expect(pages.find(at(0), 500)).toBeUndefined();
  });

  it('is not found when all were dropped, not even when its reading ends after that', () => {
    const keep = pages.reading(at(0), 500);
    pages.reading(at(1), 500)(events(2));
    pages.drop();
    keep(events(1));
    expect(pages.find(at(0), 500)).toBeUndefined();
    expect(pages.find(at(1), 500)).toBeUndefined();
  });

  it('is not kept when it is empty: the log may go on at any moment', () => {
    pages.reading(at(0), 500)([]);
    expect(pages.find(at(0), 500)).toBeUndefined();
  });

  it('makes room for the fifth one after it', () => {
    for (let seq = 0; seq < 5; seq++) pages.reading(at(seq), 500)(events(seq + 1));
    expect([0, 1, 4].map(seq => pages.find(at(seq), 500) !== undefined)).toEqual([false, true, true]);
  });
});
