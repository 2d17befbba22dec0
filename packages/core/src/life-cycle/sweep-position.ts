import type { Counts } from '../products/cascade-table.js';

/** Where the sweep of the user stands that a task is at. It holds no id: the user is the first one that waits. */
export type SweepPosition = {
  /** The products that are through, by name: an operator may add one, or take one away, while the task waits. */
  through: string[];
  /** Of a deletion for good, once the content is done: up to which entry the log has forgotten the user. */
  forgottenTo?: number;
};

/** Where every sweep begins. */
export const BEGINNING: SweepPosition = { through: [] };

/** Adds what a batch changed. */
export function addCounts(changed: Counts, product: string, batch: Readonly<Record<string, number>>): Counts {
  const sums = { ...changed[product] };
  for (const [name, count] of Object.entries(batch)) if (count > 0) sums[name] = (sums[name] ?? 0) + count;
  return Object.keys(sums).length > 0 ? { ...changed, [product]: sums } : changed;
}

/** How many things a batch changed. */
export function sumOf(batch: Readonly<Record<string, number>>): number {
  return Object.values(batch).reduce((sum, count) => sum + count, 0);
}
