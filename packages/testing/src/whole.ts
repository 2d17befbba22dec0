/**
 * Whether every long test runs whole, as in `.ci/run` (`ROLLCALL_TEST_WHOLE=1`). Otherwise matrices run in a selection in
 * which each pair of values occurs, and random tests with fewer rounds.
 */
export const RUNS_WHOLE = process.env.ROLLCALL_TEST_WHOLE === '1';
