import type { RollcallError } from '@rollcall/client';
import { useCallback, useState } from 'react';
import { useSession } from './rollcall-context.js';
import { fault } from './store/fault.js';
import { useLatest } from './use-latest.js';

/** How the last run of an action went. */
export interface Action<Arguments extends unknown[], Data> {
  /**
   * Runs the action. It never rejects: an error is in the state. It resolves with undefined then, and when the user has been
   * switched meanwhile.
   */
  run(...given: Arguments): Promise<Data | undefined>;
  status: 'idle' | 'pending' | 'success' | 'error';
  pending: boolean;
  /** The last result. It stays until there is another one. */
  data: Data | undefined;
  error: RollcallError | undefined;
}

/** One run. */
interface Run {
  /** The life of the session in which it has begun. */
  of?: object;
  status: Action<[], unknown>['status'];
  data: unknown;
  error: RollcallError | undefined;
}

const IDLE: Run = { status: 'idle', data: undefined, error: undefined };

/**
 * Runs a function when something is done, such as a click, and says how it goes. Of several runs the last one counts. The answer
 * to a run of an earlier user is dropped. A program error of the function is the error `INTERNAL`, with the error as its `cause`.
 */
export function useAction<Arguments extends unknown[], Data>(
  action: (...given: Arguments) => Data | Promise<Data>,
): Action<Arguments, Data> {
  const session = useSession();
  const [last, setLast] = useState(IDLE);
  const { status, data, error } = last.of === session.life ? last : IDLE;
  const latest = useLatest({ action, data });
  const run = useCallback(
    async (...given: Arguments) => {
      const begun: Run = { of: session.life, status: 'pending', data: latest.current.data, error: undefined };
      const settle = (end: Partial<Run>) => setLast(now => (now === begun ? { ...begun, ...end } : now));
      setLast(begun);
      try {
        const answer = await latest.current.action(...given);
        if (begun.of !== session.life) return undefined;
        settle({ status: 'success', data: answer });
        return answer;
      } catch (cause) {
        const failed = cause as RollcallError | undefined;
        // By its name: another copy of the client has a class of its own.
        const known = failed?.name === 'RollcallError';
        settle({ status: 'error', error: known ? failed : fault('INTERNAL', String(cause), cause) });
        return undefined;
      }
    },
    [session, latest],
  );
  return { run, status, pending: status === 'pending', data: data as Data | undefined, error };
}
