import { setTimeout as sleep } from 'node:timers/promises';

/** For what hangs: no measure of speed. */
const DEADLINE_MS = 60_000;

/**
 * Waits until something holds.
 * @throws Error naming it, when it does not come to hold before the deadline.
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(5);
  }
}
