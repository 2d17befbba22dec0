import { type ErrorCode, RollcallError } from '@rollcall/protocol';
import type { ImportRow } from './batches.js';

/** These errors are not about a user: every part of the batch would fail like the whole. */
const NOT_ABOUT_USERS: readonly ErrorCode[] = [
  'NOT_ALLOWED',
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'TOKEN_NOT_YET_VALID',
  'TOKEN_REVOKED',
  'RATE_LIMITED',
  'UNAVAILABLE',
];

/** Whether an error is about users of a batch, so that others of it may be accepted. */
export function isAboutUsers(error: RollcallError): boolean {
  return !NOT_ABOUT_USERS.includes(error.code);
}

/** What becomes of a batch that was refused. */
export interface RefusedBatch<Input> {
  /** The users that the server does not accept, each with its own error. The `index` counts in the whole input. */
  refused: { row: ImportRow<Input>; error: RollcallError }[];
  /** The parts to send again. None is the whole batch. */
  again: ImportRow<Input>[][];
}

/**
 * Divides a batch that was refused. The server names every user that it does not accept, and names nobody for the sake
 * of another one that it refuses; so all others go again in one call. If the error names nobody, as when a proxy finds
 * the request too large, the batch is cut in two.
 */
export function divideRefused<Input>(
  rows: readonly ImportRow<Input>[],
  error: RollcallError,
): RefusedBatch<Input> {
  const [only, ...more] = rows;
  if (only && more.length === 0) return { refused: [{ row: only, error: inInput(error, rows) }], again: [] };
  const issues = error.issues ?? [error.toData()];
  const named = new Set(issues.flatMap(({ index }) => (index === undefined ? [] : index)));
  const refused = rows.flatMap((row, place) => {
    const own = issues.filter(({ index }) => index === place);
    return own.length === 0 ? [] : [{ row, error: inInput(RollcallError.ofIssues(own), rows) }];
  });
  const others = rows.filter((_, place) => !named.has(place));
  if (refused.length > 0) return { refused, again: others.length > 0 ? [others] : [] };
  const middle = Math.ceil(rows.length / 2);
  return { refused, again: [rows.slice(0, middle), rows.slice(middle)] };
}

/** The error of a batch with the places of its users in the whole input. */
export function inInput<Input>(error: RollcallError, rows: readonly ImportRow<Input>[]): RollcallError {
  const placed = <Place extends { index?: number }>(place: Place): Place => {
    const index = place.index === undefined ? undefined : rows[place.index]?.index;
    return index === undefined ? place : { ...place, index };
  };
  const { code, message, issues, ...details } = placed(error.toData());
  return new RollcallError(code, message, { ...details, issues: issues?.map(placed), cause: error });
}
