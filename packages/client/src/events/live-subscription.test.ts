import { RollcallError } from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScriptedLiveSource } from '../../test/scripted-live-source.js';
import type { PositionedPage } from '../transport/live-source.js';
import { keepSubscribed } from './live-subscription.js';

const unavailable = () => new RollcallError('UNAVAILABLE', 'not now');

describe('a kept subscription', () => {
  let live: ScriptedLiveSource;
  let delays: number[];
  let errors: RollcallError[];
  let pages: string[];

  const keep = (more: { onComplete?: () => boolean } = {}) =>
    keepSubscribed<PositionedPage>({
      live,
      open: observer => live.events({}, observer),
      onData: page => pages.push(page.id),
      onError: error => errors.push(error),
      delayMs: attempt => {
        delays.push(attempt);
        return 100;
      },
      ...more,
    });

  beforeEach(() => {
    vi.useFakeTimers();
    live = new ScriptedLiveSource();
    delays = [];
    errors = [];
    pages = [];
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('starts again after errors that may pass, waiting by attempt, and counts afresh after an item', () => {
    keep();
    for (let round = 0; round < 3; round++) {
      live.current.observer.onError(unavailable());
      vi.advanceTimersByTime(100);
    }
    live.page(1);
    live.current.observer.onError(unavailable());
    vi.advanceTimersByTime(100);
    expect(delays).toEqual([0, 1, 2, 0]);
    expect(live.runs).toHaveLength(5);
    expect(errors).toEqual([]);
  });

  it('gives up at once on an error that trying again cannot mend', () => {
    keep();
    live.current.observer.onError(new RollcallError('NOT_ALLOWED', 'no'));
    vi.advanceTimersByTime(60_000);
    expect(errors.map(error => error.code)).toEqual(['NOT_ALLOWED']);
    expect(live.runs).toHaveLength(1);
    expect(live.holders).toBe(0);
  });

  it('waits as long as the server says', () => {
    keep();
    live.current.observer.onError(new RollcallError('RATE_LIMITED', 'slowly', { retry_after: 5 }));
    vi.advanceTimersByTime(5_099);
    expect(live.runs).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(live.runs).toHaveLength(2);
  });

  it('goes on with a fresh token after an expired one, and gives up where there is none', () => {
    live.renewable = true;
    keep();
    live.current.observer.onError(new RollcallError('TOKEN_EXPIRED', 'too late'));
    vi.advanceTimersByTime(100);
    expect([live.renewals, live.runs.length]).toEqual([1, 2]);
    live.renewable = false;
    live.current.observer.onError(new RollcallError('TOKEN_EXPIRED', 'too late'));
    expect(errors.map(error => error.code)).toEqual(['TOKEN_EXPIRED']);
  });

  it('starts again when the server ends it, unless that was the end', () => {
    let over = false;
    keep({ onComplete: () => over });
    live.current.observer.onComplete();
    vi.advanceTimersByTime(100);
    expect(live.runs).toHaveLength(2);
    over = true;
    live.current.observer.onComplete();
    vi.advanceTimersByTime(60_000);
    expect(live.runs).toHaveLength(2);
    expect(live.holders).toBe(0);
  });

  it('does not hear what a run says after the next one has begun, or after the end', () => {
    const kept = keep();
    const [first] = live.runs;
    first?.observer.onError(unavailable());
    first?.observer.onData({ id: 'log.9', data: { events: [] } });
    vi.advanceTimersByTime(100);
    first?.observer.onError(new RollcallError('NOT_ALLOWED', 'no'));
    live.page(1);
    const { observer } = live.current;
    kept.unsubscribe();
    observer.onData({ id: 'log.2', data: { events: [] } });
    expect(pages).toEqual(['log.1']);
    expect(errors).toEqual([]);
  });

  it('holds the connection between two runs, and lets go of it at the end', () => {
    const kept = keep();
    live.current.observer.onError(unavailable());
    expect([live.runs.filter(run => run.open).length, live.holders]).toEqual([0, 1]);
    kept.unsubscribe();
    vi.advanceTimersByTime(60_000);
    expect([live.runs.length, live.holders]).toEqual([1, 0]);
  });
});
