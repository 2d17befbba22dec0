/**
 * The seed of the random tests of queries. A failure names it; `ROLLCALL_TEST_SEED` runs the same cases again, and then
 * also looks for the smallest one that fails, which can take minutes.
 */
const given = process.env.ROLLCALL_TEST_SEED;

export const SEED = Number(given ?? Date.now() % 2 ** 31);

/** So many random cases. */
export function runs(numRuns: number): { seed: number; numRuns: number; endOnFailure: boolean } {
  return { seed: SEED, numRuns, endOnFailure: given === undefined };
}
