import type { Result, Settled } from '../result.js';
import type { Entry } from '../store/entry.js';
import type { Session } from '../store/session.js';

/**
 * A result that has data. Until there is some, the component waits; an error without data goes to the error boundary. What is
 * read for a render that is thrown away is let go of after a while.
 */
export function settledResult<Data, Actions extends object>(
  session: Session,
  entry: Pick<Entry, 'wanted'>,
  result: Result<Data, Actions>,
): Settled<Data, Actions> {
  if (result.status === 'success' || result.data !== undefined) return result as Settled<Data, Actions>;
  if (result.error) throw result.error;
  // React leaves the boundary to the page then. A promise would make it wait for what no server reads.
  if (typeof window === 'undefined') throw new Error('@rollcall/react: users are read in the page only');
  // The provider may be within what waits, and connect nothing before it is shown.
  session.touch();
  throw entry.wanted();
}
