import { setTimeout as sleep } from 'node:timers/promises';

/** For what hangs: no measure of speed. */
const DEADLINE_MS = 60_000;

/**
 * Waits until a condition is true.
 * @throws Error that names the condition, if it is not true by the deadline.
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(5);
  }
}
