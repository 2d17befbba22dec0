import { afterEach, expect, it, vi } from 'vitest';
import { updated } from '../../test/scripted-live-source.js';
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

it('calls a handler that was added twice once, and not at all when it was removed once', () => {
  const handlers = new Handlers<object>();
  const handler = vi.fn();
  handlers.add('user.updated', handler);
  handlers.add('user.updated', handler);
  handlers.deliver(updated(1));
  handlers.remove('user.updated', handler);
  handlers.deliver(updated(2));
  expect(handler).toHaveBeenCalledTimes(1);
});

it('continues when a handler throws, and rethrows the error in a microtask', () => {
  const handlers = new Handlers<object>();
  const later: (() => void)[] = [];
  vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(callback => later.push(callback));
  const after = vi.fn();
  handlers.add('user.updated', () => {
    throw new Error('a faulty handler');
  });
  handlers.add('user.updated', after);
  handlers.deliver(updated(1));
  expect(after).toHaveBeenCalledTimes(1);
  expect(later).toHaveLength(1);
  expect(later[0]).toThrow('a faulty handler');
});
