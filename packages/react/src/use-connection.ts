import type { ConnectionState } from '@rollcall/client';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import { useSession } from './rollcall-context.js';

const DISCONNECTED: ConnectionState = { status: 'disconnected' };

/** The state of the live connection, and a way back after the server has refused it. */
export type ConnectionResult = ConnectionState & {
  /** Connects again after a refusal. It does nothing otherwise: a lost connection comes back by itself. */
  reconnect(): void;
};

/**
 * The state of the live connection: `status`, and where it waits or was refused, the `error`. A component that uses it is
 * rendered when it changes.
 */
export function useConnection(): ConnectionResult {
  const { client, reconnect } = useSession();
  const { connection } = client;
  const subscribe = useCallback(
    (listener: () => void) => {
      const subscription = connection.subscribe(listener);
      return () => subscription.unsubscribe();
    },
    [connection],
  );
  const state = useSyncExternalStore(
    subscribe,
    () => connection.state,
    () => DISCONNECTED,
  );
  return useMemo(() => ({ ...state, reconnect }), [state, reconnect]);
}
