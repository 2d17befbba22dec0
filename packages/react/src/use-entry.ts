import { useSyncExternalStore } from 'react';
import type { Result } from './result.js';
import type { Entry } from './store/entry.js';

/** The snapshot of an entry. The component is rendered when it changes, once a frame at most. */
export function useEntry<Data, Actions extends object>(entry: Entry<Data, Actions>): Result<Data, Actions> {
  return useSyncExternalStore(entry.subscribe, entry.get, entry.onServer);
}
