import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Notifier } from './notifier.js';

const FOREVER_MS = 2 ** 30;
const never = () => new AbortController().signal;

describe('a notifier', () => {
  it('wakes the sleeper', async () => {
    const notifier = new Notifier();
    const sleep = notifier.sleep(FOREVER_MS, never());
    notifier.notify();
    await expect(sleep).resolves.toBeUndefined();
  });

  it('remembers one call for a sleeper that is not asleep yet, and only once', async () => {
    const notifier = new Notifier();
    notifier.notify();
    notifier.notify();
    await notifier.sleep(FOREVER_MS, never());
    let woke = false;
    const second = notifier.sleep(FOREVER_MS, never()).then(() => {
      woke = true;
    });
    await new Promise(resolve => setImmediate(resolve));
    expect(woke).toBe(false);
    notifier.notify();
    await second;
  });

  it('ends with its time', async () => {
    await expect(new Notifier().sleep(1, never())).resolves.toBeUndefined();
  });

  it('ends with its signal, also one that aborted before', async () => {
    const controller = new AbortController();
    const sleep = new Notifier().sleep(FOREVER_MS, controller.signal);
    controller.abort();
    await expect(sleep).resolves.toBeUndefined();
    await expect(new Notifier().sleep(FOREVER_MS, controller.signal)).resolves.toBeUndefined();
  });

  it('leaves no listener on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    const notifier = new Notifier();
    for (let round = 0; round < 3; round++) {
      const sleep = notifier.sleep(FOREVER_MS, signal);
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      notifier.notify();
      await sleep;
    }
    await notifier.sleep(1, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
