import { RollcallError as Failure, type RollcallError, type RollcallEvent } from '@rollcall/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { ScriptedLiveSource, updated } from '../../test/scripted-live-source.js';
import { HandledEvents } from './handled-events.js';
import { Handlers, onAndOff } from './handlers.js';

const settle = () => new Promise(resolve => setTimeout(resolve));
const progress = { type: 'task.progress', created_at: 1, actor: { type: 'system' } } as RollcallEvent;

describe('the events of the handlers of a server client', () => {
  let live: ScriptedLiveSource;
  let client: ReturnType<typeof onAndOff>;
  let errors: RollcallError[];
  let heard: string[];
  const hear = (name: string) => (item: { type: string }) => heard.push(`${name}: ${item.type}`);

  beforeEach(() => {
    live = new ScriptedLiveSource();
    errors = [];
    heard = [];
    const handlers = new Handlers<object>();
    const handled = new HandledEvents(live, handlers, error => errors.push(error));
    client = onAndOff(handlers, handled.changed);
  });

  it('are of the types that have handlers, and of no others', async () => {
    const first = client.on('user.updated', hear('a'));
    client.on('user.created', hear('b'));
    await settle();
    expect(live.inputs).toEqual([{ types: ['user.created', 'user.updated'] }]);
    live.page(5, [updated(5)]);
    await first.ready;
    expect(heard).toEqual(['a: user.updated']);
    expect(live.ephemeralRuns).toEqual([]);
  });

  it('continue where they were when another type is handled', async () => {
    client.on('user.updated', hear('a'));
    await settle();
    live.page(5);
    const all = client.on(hear('all'));
    await settle();
    expect(live.current.input).toEqual({ lastEventId: 'log.5' });
    live.page(6, [updated(6)]);
    await all.ready;
    expect(heard).toEqual(['a: user.updated', 'all: user.updated']);
  });

  it('are ready at once for a type that is handled already', async () => {
    client.on('user.updated', hear('a'));
    await settle();
    live.page(5);
    await client.on('user.updated', hear('b')).ready;
    expect(live.runs).toHaveLength(1);
  });

  it('end with the last handler, and begin anew, from now on, with the next', async () => {
    const subscription = client.on('user.updated', hear('a'));
    await settle();
    live.page(5);
    subscription.unsubscribe();
    await settle();
    expect([live.runs.filter(run => run.open).length, live.holders]).toEqual([0, 0]);
    client.on('user.updated', hear('b'));
    await settle();
    expect(live.current.input).toEqual({ types: ['user.updated'] });
  });

  it('include the ephemeral stream while a handler asks for a type that only it carries', async () => {
    const subscription = client.on('task.progress', hear('p'));
    await settle();
    expect(live.runs).toEqual([]);
    live.ephemeralRuns[0]?.observer.onData([progress]);
    subscription.unsubscribe();
    await settle();
    live.ephemeralRuns[0]?.observer.onData([progress]);
    expect(heard).toEqual(['p: task.progress']);
    expect(live.ephemeralRuns.map(run => run.open)).toEqual([false]);
  });

  it('fail for the caller that waits, and for the client, when the server refuses them; the next handler tries again', async () => {
    const subscription = client.on('user.updated', hear('a'));
    await settle();
    live.current.observer.onError(new Failure('TOKEN_INVALID', 'no'));
    await expect(subscription.ready).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    expect(errors.map(error => error.code)).toEqual(['TOKEN_INVALID']);
    const next = client.on('user.updated', hear('b'));
    await settle();
    live.page(1);
    await next.ready;
  });

  it('reach no handler that was removed with off', async () => {
    const handler = hear('a');
    client.on('user.updated', handler);
    client.on('user.created', hear('b'));
    await settle();
    client.off('user.updated', handler);
    await settle();
    live.page(5, [updated(5)]);
    expect(heard).toEqual([]);
  });
});
