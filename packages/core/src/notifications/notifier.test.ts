import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { WakeUpLatch } from './notifier.js';

const FOREVER_MS = 2 ** 30;
const never = () => new AbortController().signal;

describe('a wake-up latch', () => {
  it('wakes who sleeps', async () => {
    const wakeUp = new WakeUpLatch();
    const sleep = wakeUp.sleep(FOREVER_MS, never());
    wakeUp.ring();
    await expect(sleep).resolves.toBeUndefined();
  });

  it('remembers one ring for who is not asleep yet, and only once', async () => {
    const wakeUp = new WakeUpLatch();
    wakeUp.ring();
    wakeUp.ring();
    await wakeUp.sleep(FOREVER_MS, never());
    let woke = false;
    const second = wakeUp.sleep(FOREVER_MS, never()).then(() => {
      woke = true;
    });
    await new Promise(resolve => setImmediate(resolve));
    expect(woke).toBe(false);
    wakeUp.ring();
    await second;
  });

  it('ends with its time', async () => {
    await expect(new WakeUpLatch().sleep(1, never())).resolves.toBeUndefined();
  });

  it('ends with its signal, also one that aborted before', async () => {
    const controller = new AbortController();
    const sleep = new WakeUpLatch().sleep(FOREVER_MS, controller.signal);
    controller.abort();
    await expect(sleep).resolves.toBeUndefined();
    await expect(new WakeUpLatch().sleep(FOREVER_MS, controller.signal)).resolves.toBeUndefined();
  });

  it('leaves no listener on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    const wakeUp = new WakeUpLatch();
    for (let round = 0; round < 3; round++) {
      const sleep = wakeUp.sleep(FOREVER_MS, signal);
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      wakeUp.ring();
      await sleep;
    }
    await wakeUp.sleep(1, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
