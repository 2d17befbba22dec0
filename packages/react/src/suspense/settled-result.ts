import type { Result, Settled } from '../result.js';
import type { Entry } from '../store/entry.js';
import type { Session } from '../store/session.js';

/** For so long a render that has what it waited for may take until it is shown. */
const UNTAKEN_MS = 30_000;

const waiting = new WeakMap<object, Promise<void>>();

/**
 * Reads an entry for a render that waits, until there is something to show. A render that waits leaves nothing behind that could
 * take care of it, and may be thrown away: so this connects and reads by itself, and lets go of both afterwards.
 */
function wanted<Data, Actions extends object>(
  session: Session,
  entry: Pick<Entry<Data, Actions>, 'get' | 'subscribe'>,
): Promise<void> {
  const promise =
    waiting.get(entry) ??
    new Promise<void>(resolve => {
      const leave = session.hold();
      const unsubscribe = entry.subscribe(() => {
        const { status } = entry.get();
        if (status === 'pending') return;
        unsubscribe();
        // What went wrong, or was for an earlier user, has nothing that a render could take.
        setTimeout(leave, status === 'error' ? 0 : UNTAKEN_MS);
        waiting.delete(entry);
        resolve();
      });
    });
  waiting.set(entry, promise);
  return promise;
}

/**
 * A result that has data. Until there is some, the component waits; an error without data goes to the error boundary.
 */
export function settledResult<Data, Actions extends object>(
  session: Session,
  entry: Pick<Entry<never, never> | Entry, 'get' | 'subscribe'>,
  result: Result<Data, Actions>,
): Settled<Data, Actions> {
  if (result.status === 'success' || result.data !== undefined) return result as Settled<Data, Actions>;
  if (result.error) throw result.error;
  // React leaves the boundary to the page then. A promise would make it wait for what no server reads.
  if (typeof window === 'undefined') throw new Error('@rollcall/react: users are read in the page only');
  // The provider may be within what waits, and connect nothing before it is shown.
  throw wanted(session, entry);
}
