import type { ActionCounts, UserOutcome } from '@rollcall/protocol';

/** Where the next step of a task that acts on many begins. It holds no ids. */
export type ActPosition = {
  /** What became of the users so far. */
  counts: { [Outcome in keyof ActionCounts]: number };
  /** How many users of the first list are through, or begun. */
  from: number;
  /** The place of the next user of whom something is kept, among the users of the task. */
  ordinal: number;
  /** Present while users are begun: where the handler goes on that does the rest, and the place of the first of them. */
  begun?: { ordinal: number };
  /** Where that handler stopped, in its own form. An export goes on with one file. */
  inner?: unknown;
};

/** The position before the first step. */
export const START: ActPosition = {
  counts: { done: 0, unchanged: 0, skipped: 0, superseded: 0, failed: 0 },
  from: 0,
  ordinal: 0,
};

/** The counts with some outcomes, and so many who were skipped. */
export function countOutcomes(
  counts: ActPosition['counts'],
  outcomes: Iterable<UserOutcome>,
  skipped: number,
): ActPosition['counts'] {
  const sums = { ...counts, skipped: counts.skipped + skipped };
  for (const { status } of outcomes) sums[status] += 1;
  return sums;
}
