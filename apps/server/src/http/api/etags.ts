import { RollcallError } from '@rollcall/protocol';
import { type Route, replacesWhole } from './route.js';

/** A revision as a strong ETag. */
const REVISION = /^"([1-9]\d{0,15})"$/;

/**
 * The `ETag` of a user: its revision, which a write says back in `If-Match`. It counts what others can see of the user, so it
 * is no validator of everything in an answer, and answers are never kept (`no-store`).
 */
export function etagOf(revision: unknown): string | undefined {
  return typeof revision === 'number' ? `"${revision}"` : undefined;
}

/** The headers that make a condition of the state of what is written. */
interface Conditions {
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
}

/** The revision of what is not there. */
const NOTHING_THERE = 0;

/**
 * The revision that `If-Match` expects, or `If-None-Match: *`, which expects nothing. A read may pass `If-None-Match` over: it is
 * answered in full then.
 * @returns undefined when both headers are absent.
 * @throws RollcallError `INPUT_INVALID` for anything else than one ETag of a read, and for a call that could not keep to it:
 * a condition must not be passed over.
 */
export function expectedRevision(route: Route, { ifMatch, ifNoneMatch }: Conditions): number | undefined {
  if (ifNoneMatch === undefined || route.method === 'GET') return matched(route, ifMatch);
  if (replacesWhole(route) && ifNoneMatch.trim() === '*' && ifMatch === undefined) return NOTHING_THERE;
  const message =
    'if-none-match: only a PUT of a user takes it, as "*" and without If-Match: it then creates the user, and replaces none';
  throw new RollcallError('INPUT_INVALID', message, { field: 'if-none-match' });
}

function matched(route: Route, header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (!route.ifMatch) {
    const message = 'if-match: this call has no revision to compare; leave the header out';
    throw new RollcallError('INPUT_INVALID', message, { field: 'if-match' });
  }
  const revision = REVISION.exec(header.trim())?.[1];
  if (revision !== undefined) return Number(revision);
  const message = 'if-match: must be one ETag as a read gave it, such as "7" with its quotes';
  throw new RollcallError('INPUT_INVALID', message, { field: 'if-match' });
}
