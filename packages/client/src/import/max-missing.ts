import { RollcallError } from '@rollcall/protocol';

/** How many users a synchronisation may touch: a number of users, or a share of those whom it looks at. */
export type MaxMissing = number | `${number}%`;

/** What is accepted, for messages. */
export const MAX_MISSING_ACCEPTS = 'a whole number of users, or a share such as "10%"';

/** Whether a value says how many users may be missing. */
export function isMaxMissing(given: unknown): given is MaxMissing {
  return largestOf(given) !== undefined;
}

/**
 * Reads how many users may be missing from a source. `0.1` could be meant as a share and `1` as either, so a share has a
 * percent sign.
 * @returns the largest number of users, given how many were looked at. A share is rounded down.
 * @throws RollcallError `INPUT_INVALID`
 */
export function parseMaxMissing(given: unknown = '10%'): (lookedAt: number) => number {
  const largest = largestOf(given);
  if (largest) return largest;
  throw new RollcallError(
    'INPUT_INVALID',
    `max_missing: must be ${MAX_MISSING_ACCEPTS}; this is ${JSON.stringify(given)}`,
    { field: 'max_missing' },
  );
}

function largestOf(given: unknown): ((lookedAt: number) => number) | undefined {
  if (typeof given === 'number' && Number.isSafeInteger(given) && given >= 0) return () => given;
  const [, share] = (typeof given === 'string' && /^(\d+(?:\.\d+)?)%$/.exec(given)) || [];
  const percent = Number(share);
  if (share === undefined || percent > 100) return undefined;
  return lookedAt => Math.floor((lookedAt * percent) / 100);
}
