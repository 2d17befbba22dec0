import type { ConnectionState } from '@rollcall/client/server';
import { useCallback, useSyncExternalStore } from 'react';
import { useClient } from '../session/use-session.js';

/** The state of the live connection. */
export function useConnection(): ConnectionState {
  const { connection } = useClient();
  const subscribe = useCallback(
    (listener: () => void) => {
      const { unsubscribe } = connection.subscribe(listener);
      return unsubscribe;
    },
    [connection],
  );
  return useSyncExternalStore(subscribe, () => connection.state);
}
