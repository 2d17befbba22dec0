import type { ServerClient } from '@rollcall/client/server';
import { useSyncExternalStore } from 'react';
import { type SessionState, session } from './session.js';

/** The state of the session, for what renders both ways. */
export function useSessionState(): SessionState {
  return useSyncExternalStore(session.subscribe, () => session.state);
}

/** The client of the session. It is used below the frame only, where somebody is signed in. */
export function useClient(): ServerClient {
  const state = useSessionState();
  if (state.status === 'out') throw new Error('nobody is signed in');
  return state.client;
}

/** Why nothing may be written; undefined where it may. */
export function useWriteRefusal(): string | undefined {
  const state = useSessionState();
  return state.status === 'in' && state.readOnly
    ? 'Your token may only read. Sign in with another one to change something.'
    : undefined;
}
