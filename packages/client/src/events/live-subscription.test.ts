import { RollcallError, type WatchEventsInput } from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScriptedLiveSource } from '../../test/scripted-live-source.js';
import type { PositionedPage } from '../transport/live-source.js';
import { LiveSubscription } from './live-subscription.js';

const unavailable = () => new RollcallError('UNAVAILABLE', 'not now');

describe('a live subscription', () => {
  let live: ScriptedLiveSource;
  let delays: number[];
  let errors: RollcallError[];
  let pages: string[];

  const subscribe = (more: { onItem?(page: PositionedPage): void; hasBegun?(): boolean } = {}) =>
    new LiveSubscription<WatchEventsInput, PositionedPage>({
      live,
      open: (input, observer) => live.events(input, observer),
      positionOf: page => page.id,
      onItem: page => pages.push(page.id),
      onError: error => errors.push(error),
      delayMs: attempt => {
        delays.push(attempt);
        return 100;
      },
      ...more,
    });

  const start = () => {
    const subscription = subscribe();
    subscription.start({});
    return subscription;
  };

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
    start();
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

  it('gives up at once on an error that another attempt cannot fix', () => {
    start();
    live.current.observer.onError(new RollcallError('NOT_ALLOWED', 'no'));
    vi.advanceTimersByTime(60_000);
    expect(errors.map(error => error.code)).toEqual(['NOT_ALLOWED']);
    expect(live.runs).toHaveLength(1);
    expect(live.holders).toBe(0);
  });

  it('waits as long as the server says', () => {
    start();
    live.current.observer.onError(new RollcallError('RATE_LIMITED', 'slowly', { retry_after: 5 }));
    vi.advanceTimersByTime(5_099);
    expect(live.runs).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(live.runs).toHaveLength(2);
  });

  it('continues with a fresh token after an expired one, and gives up if it cannot get one', () => {
    live.renewable = true;
    start();
    live.current.observer.onError(new RollcallError('TOKEN_EXPIRED', 'too late'));
    vi.advanceTimersByTime(100);
    expect([live.renewals, live.runs.length]).toEqual([1, 2]);
    live.renewable = false;
    live.current.observer.onError(new RollcallError('TOKEN_EXPIRED', 'too late'));
    expect(errors.map(error => error.code)).toEqual(['TOKEN_EXPIRED']);
  });

  it('starts again when the server ends it', () => {
    start();
    live.current.observer.onComplete();
    vi.advanceTimersByTime(100);
    expect([live.runs.length, live.holders]).toEqual([2, 1]);
  });

  it('ignores what a run says after the next one has begun, or after the end', () => {
    const subscription = start();
    const [first] = live.runs;
    first?.observer.onError(unavailable());
    first?.observer.onData({ id: 'log.9', data: { events: [] } });
    vi.advanceTimersByTime(100);
    first?.observer.onError(new RollcallError('NOT_ALLOWED', 'no'));
    live.page(1);
    const { observer } = live.current;
    subscription.stop();
    observer.onData({ id: 'log.2', data: { events: [] } });
    expect(pages).toEqual(['log.1']);
    expect(errors).toEqual([]);
  });

  it('shows why it waits, until something arrives or it is stopped; a token that is renewed is no wait', () => {
    const subscription = start();
    live.current.observer.onError(new RollcallError('RATE_LIMITED', 'too many', { retry_after: 1 }));
    expect(live.waits).toEqual(['RATE_LIMITED']);
    vi.advanceTimersByTime(1_100);
    live.page(1);
    live.page(2);
    expect(live.waits).toEqual(['RATE_LIMITED', undefined]);
    live.current.observer.onError(unavailable());
    subscription.stop();
    expect(live.waits.slice(2)).toEqual(['UNAVAILABLE', undefined]);
    live.renewable = true;
    const renewed = start();
    live.current.observer.onError(new RollcallError('TOKEN_EXPIRED', 'expired'));
    expect(live.waits).toHaveLength(4);
    renewed.stop();
  });

  it('holds the connection between two runs, and releases it at the end', () => {
    const subscription = start();
    live.current.observer.onError(unavailable());
    expect([live.runs.filter(run => run.open).length, live.holders]).toEqual([0, 1]);
    subscription.stop();
    vi.advanceTimersByTime(60_000);
    expect([live.runs.length, live.holders]).toEqual([1, 0]);
  });

  it('asks each run for what follows the last item', () => {
    subscribe().start({ types: ['user.updated'], lastEventId: 'log.3' });
    live.current.observer.onError(unavailable());
    vi.advanceTimersByTime(100);
    live.page(5);
    live.page(6);
    live.current.observer.onError(unavailable());
    vi.advanceTimersByTime(100);
    expect(live.inputs).toEqual([
      { types: ['user.updated'], lastEventId: 'log.3' },
      { types: ['user.updated'], lastEventId: 'log.3' },
      { types: ['user.updated'], lastEventId: 'log.6' },
    ]);
  });

  it('has one run when its input changes, and fails the caller that still waited for the old one', async () => {
    const subscription = subscribe();
    const first = subscription.run({ user_ids: ['john'] });
    const second = subscription.run({ user_ids: ['jim'] });
    await expect(first).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    live.page(1);
    await second;
    expect([live.current.input, live.holders]).toEqual([{ user_ids: ['jim'] }, 1]);
  });

  it('gives an error to the caller that waits for the begin, and later errors to its owner', async () => {
    const subscription = subscribe();
    const refused = subscription.run({});
    live.current.observer.onError(new RollcallError('NOT_ALLOWED', 'no'));
    await expect(refused).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect([errors, subscription.active]).toEqual([[], false]);
    const begun = subscription.run({});
    live.page(1);
    await begun;
    live.current.observer.onError(new RollcallError('NOT_ALLOWED', 'not any more'));
    expect(errors.map(error => error.code)).toEqual(['NOT_ALLOWED']);
  });

  it('has begun when its owner says so, across runs that fail', async () => {
    let complete = false;
    let over = false;
    const begun = subscribe({ hasBegun: () => complete })
      .run({})
      .then(() => {
        over = true;
      });
    live.page(1);
    live.current.observer.onError(unavailable());
    await vi.advanceTimersByTimeAsync(100);
    expect(over).toBe(false);
    complete = true;
    live.page(2);
    await begun;
  });

  it('can be stopped and started again while it delivers an item', async () => {
    let again: Promise<void> | undefined;
    const subscription = subscribe({
      onItem: page => {
        pages.push(page.id);
        if (page.id !== 'log.1') return;
        subscription.stop();
        again = subscription.run({ lastEventId: 'log.7' });
      },
    });
    const stopped = expect(subscription.run({})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    live.page(1);
    await stopped;
    expect([live.current.input, subscription.position, live.holders]).toEqual([
      { lastEventId: 'log.7' },
      undefined,
      1,
    ]);
    live.page(8);
    await again;
    expect(pages).toEqual(['log.1', 'log.8']);
  });

  it('keeps its place through a pause, and forgets it when it stops', () => {
    const subscription = start();
    live.page(4);
    subscription.pause();
    expect([subscription.active, live.holders]).toEqual([false, 0]);
    subscription.resume();
    subscription.resume();
    expect(live.inputs).toEqual([{}, { lastEventId: 'log.4' }]);
    subscription.stop();
    subscription.resume();
    expect([live.runs.length, subscription.position]).toEqual([2, undefined]);
  });
});
