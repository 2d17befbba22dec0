/** Before this a number is one of seconds: as milliseconds it would lie in 1973, before there were any users. */
const EARLIEST_MS = 100_000_000_000;

/** What an error says about such a number. */
export const SECONDS_PROBLEM =
  'a number below 100,000,000,000 looks like seconds; multiply seconds by 1,000, or write a time before 1973 as text';

/** Whether a value that is to be epoch milliseconds can only be a number of seconds. */
export function looksLikeSeconds(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) < EARLIEST_MS;
}
