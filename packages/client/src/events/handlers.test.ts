import { afterEach, expect, it, vi } from 'vitest';
import { updated } from '../../test/scripted-live-source.js';
import { listenerErrors } from '../subscription.js';
import { Handlers } from './handlers.js';

afterEach(() => {
  vi.restoreAllMocks();
});

it('calls the handlers of a type, then those of everything, and no others', () => {
  const handlers = new Handlers<object>();
  const heard: string[] = [];
  handlers.add(undefined, () => heard.push('everything'));
  handlers.add('user.updated', () => heard.push('updated'));
  handlers.add('user.created', () => heard.push('created'));
  handlers.add('resync', () => heard.push('resync'));
  handlers.deliver(updated(1));
  handlers.deliver({ type: 'resync', id: 'log.1' });
  expect(heard).toEqual(['updated', 'everything', 'resync', 'everything']);
});

it('calls a handler as often as it was added, and each addition ends by itself', () => {
  const handlers = new Handlers<object>();
  const handler = vi.fn();
  const removeFirst = handlers.add('user.updated', handler);
  const removeSecond = handlers.add('user.updated', handler);
  handlers.deliver(updated(1));
  expect(handler).toHaveBeenCalledTimes(2);
  removeFirst();
  removeFirst();
  handlers.deliver(updated(2));
  expect(handler).toHaveBeenCalledTimes(3);
  handlers.remove('user.updated', handler);
  removeSecond();
  handlers.deliver(updated(3));
  expect([handler.mock.calls.length, handlers.names]).toEqual([3, []]);
});

it('removes the addition that came last, and no handler that was not added', () => {
  const handlers = new Handlers<object>();
  const heard: string[] = [];
  const twice = () => heard.push('twice');
  handlers.add('user.updated', twice);
  handlers.add('user.updated', () => heard.push('between'));
  handlers.add('user.updated', twice);
  handlers.remove('user.updated', twice);
  handlers.remove('user.updated', () => undefined);
  handlers.deliver(updated(1));
  expect(heard).toEqual(['twice', 'between']);
});

it('continues when a handler throws or its promise is rejected, and reports each error once', async () => {
  const errors: unknown[] = [];
  const handlers = new Handlers<object>(error => errors.push((error as Error).message));
  const after = vi.fn();
  handlers.add('user.updated', () => {
    throw new Error('at once');
  });
  handlers.add('user.updated', async () => {
    throw new Error('later');
  });
  handlers.add('user.updated', after);
  handlers.deliver(updated(1));
  await Promise.resolve();
  expect([after.mock.calls.length, errors]).toEqual([1, ['at once', 'later']]);
});

it('prints the error of a handler where nobody takes it, also when the taker fails itself', () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const faulty = () => {
    throw new Error('a faulty handler');
  };
  for (const handlers of [new Handlers(), new Handlers(listenerErrors(faulty))]) {
    handlers.add('user.updated', faulty);
    handlers.deliver(updated(1));
  }
  expect(printed.mock.calls.map(([, error]) => String(error))).toEqual(
    Array.from({ length: 2 }, () => 'Error: a faulty handler'),
  );
});
