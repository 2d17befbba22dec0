import { RollcallError } from '@rollcall/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ScriptedLiveSource, updated } from '../../test/scripted-live-source.js';
import { watchEvents } from './live-streams.js';
import { StreamEnd } from './stream-end.js';

describe('a stream of events', () => {
  let live: ScriptedLiveSource;
  let streamEnd: StreamEnd;

  beforeEach(() => {
    vi.useFakeTimers();
    live = new ScriptedLiveSource();
    streamEnd = new StreamEnd();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('starts at once with its options, is ready with the first page, and yields events one by one', async () => {
    const stream = watchEvents(live, { types: ['user.updated'], lastEventId: 'log.4' }, streamEnd);
    expect(live.inputs).toEqual([{ types: ['user.updated'], lastEventId: 'log.4' }]);
    live.page(6, [updated(5), updated(6)]);
    await stream.ready;
    live.page(7, [updated(7)]);
    const ids = [await stream.next(), await stream.next(), await stream.next()].map(
      result => result.value.id,
    );
    expect(ids).toEqual(['log.5', 'log.6', 'log.7']);
  });

  it('does not start with a filter in which an operand is undefined', () => {
    const refused = expect.objectContaining({ code: 'INPUT_INVALID', field: 'age.$gt' });
    expect(() => watchEvents(live, { filter: { age: { $gt: undefined } } }, streamEnd)).toThrow(refused);
    expect(live.inputs).toEqual([]);
  });

  it('continues after the last page when the server fails for a moment', async () => {
    const stream = watchEvents(live, {}, streamEnd);
    live.page(3, [updated(3)]);
    live.current.observer.onError(new RollcallError('INTERNAL', 'oops'));
    vi.advanceTimersByTime(30_000);
    expect(live.inputs).toEqual([{}, { lastEventId: 'log.3' }]);
    live.page(4, [updated(4)]);
    expect([(await stream.next()).value.id, (await stream.next()).value.id]).toEqual(['log.3', 'log.4']);
  });

  it('reports once, before what follows, that events were missed; resuming there skips nothing', async () => {
    const stream = watchEvents(live, { lastEventId: 'old.1' }, streamEnd);
    live.page(8, [updated(7), updated(8)], { resync: true });
    live.page(9, [], { resync: true });
    expect((await stream.next()).value).toEqual({ type: 'resync', id: 'log.6' });
    expect((await stream.next()).value.id).toBe('log.7');
    expect((await stream.next()).value.id).toBe('log.8');
    expect((await stream.next()).value).toEqual({ type: 'resync', id: 'log.9' });
  });

  it('pauses for a reader that is 10,000 events behind, and continues with nothing missing when it has caught up', async () => {
    const stream = watchEvents(live, {}, streamEnd);
    for (let page = 0; page < 20; page++) {
      const events = Array.from({ length: 500 }, (_, index) => updated(500 * page + index + 1));
      live.page(500 * page + 500, events);
    }
    expect(live.runs.filter(run => run.open)).toEqual([]);
    for (let seq = 1; seq < 10_000; seq++) expect((await stream.next()).value.id).toBe(`log.${seq}`);
    expect(live.runs).toHaveLength(1);
    expect((await stream.next()).value.id).toBe('log.10000');
    expect(live.inputs).toEqual([{}, { lastEventId: 'log.10000' }]);
    live.page(10_001, [updated(10_001)]);
    expect((await stream.next()).value.id).toBe('log.10001');
  });

  it('throws a final error after the last event, and ends', async () => {
    const stream = watchEvents(live, {}, streamEnd);
    live.page(1, [updated(1)]);
    live.current.observer.onError(new RollcallError('INPUT_INVALID', 'no such field'));
    expect((await stream.next()).value.id).toBe('log.1');
    await expect(stream.next()).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it.each([
    ['its signal', (abort: AbortController) => abort.abort()],
    ['the end of its client', () => streamEnd.end()],
  ])('ends without an error by %s, whatever is still unread', async (_, end) => {
    const abort = new AbortController();
    const stream = watchEvents(live, { signal: abort.signal }, streamEnd);
    live.page(1, [updated(1)]);
    end(abort);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect([live.runs.filter(run => run.open).length, live.holders]).toEqual([0, 0]);
  });

  it('throws the reason when the server has ended its client', async () => {
    const stream = watchEvents(live, {}, streamEnd);
    live.page(1, [updated(1)]);
    streamEnd.end(new RollcallError('USER_DEACTIVATED', 'gone'));
    expect((await stream.next()).value.id).toBe('log.1');
    await expect(stream.next()).rejects.toMatchObject({ code: 'USER_DEACTIVATED' });
  });

  it('asks for nothing when its signal has aborted before', async () => {
    const stream = watchEvents(live, { signal: AbortSignal.abort() }, streamEnd);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await expect(stream.ready).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(live.runs).toEqual([]);
  });

  it('stops when a loop breaks off', async () => {
    const stream = watchEvents(live, {}, streamEnd);
    live.page(2, [updated(1), updated(2)]);
    for await (const event of stream) if (event.id === 'log.1') break;
    expect(live.runs.filter(run => run.open)).toEqual([]);
  });
});
