import type { CascadeBatch } from '../product.js';

/** What one step of a batch did. */
interface StepResult {
  changed: Readonly<Record<string, number>>;
  /** Rows that the step found to be done; when they fill the room there may be more. */
  rows: number;
}

/** One part of a cascade. It takes what is not yet as it should be, and no more than there is room for. */
export type CascadeStep = (room: number) => Promise<StepResult>;

/** Runs steps one after another until the batch is full. A step begins only when the ones before it found no more. */
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
