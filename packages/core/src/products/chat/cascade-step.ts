import type { CascadeBatch } from '../product.js';

/** What one step of a batch did. */
interface StepResult {
  changed: Readonly<Record<string, number>>;
  /** The rows that the step handled. If they fill the room, there may be more. */
  rows: number;
}

/** One part of a cascade. It changes what is not yet in the wanted state, up to `room` rows. */
export type CascadeStep = (room: number) => Promise<StepResult>;

/** Runs steps in order until the batch is full. A step begins only when the steps before it found nothing more. */
export async function runSteps(limit: number, steps: readonly CascadeStep[]): Promise<CascadeBatch> {
  const changed: Record<string, number> = {};
  let room = limit;
  for (const step of steps) {
    const done = await step(room);
    for (const [name, count] of Object.entries(done.changed)) {
      if (count > 0) changed[name] = (changed[name] ?? 0) + count;
    }
    if (done.rows >= room) return { changed, more: true };
    room -= done.rows;
  }
  return { changed, more: false };
}
