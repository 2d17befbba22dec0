import { RUNS_WHOLE } from '@rollcall/testing';

/**
 * The seed of the random tests of queries. A failure names it; `ROLLCALL_TEST_SEED` runs the same cases again, and then
 * also looks for the smallest one that fails, which can take minutes.
 */
const given = process.env.ROLLCALL_TEST_SEED;

export const SEED = Number(given ?? Date.now() % 2 ** 31);

/** So many random cases where long tests run whole, else half of them. */
export function runs(whole: number): { seed: number; numRuns: number; endOnFailure: boolean } {
  const numRuns = RUNS_WHOLE ? whole : Math.ceil(whole / 2);
  return { seed: SEED, numRuns, endOnFailure: given === undefined };
}
