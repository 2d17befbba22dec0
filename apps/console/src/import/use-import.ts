import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { type Desk, importDesk } from './import-desk.js';
import type { ImportRun, RunState } from './import-run.js';
import type { ImportSearch } from './import-search.js';

const route = getRouteApi('/import');

/** What lies on the desk. */
export function useDesk(): Desk {
  return useSyncExternalStore(importDesk.subscribe, () => importDesk.desk);
}

/** How a run stands. */
export function useRunState<Run extends ImportRun | undefined>(
  run: Run,
): RunState | (Run extends undefined ? undefined : never) {
  return useSyncExternalStore(run?.subscribe ?? subscribeToNothing, () => run?.state) as RunState;
}

function subscribeToNothing(): () => void {
  return () => {};
}

/** How the address says that files are read, and how to change it. */
export function useImportSearch(): { how: ImportSearch; change(changes: ImportSearch): void } {
  const how = route.useSearch();
  const navigate = useNavigate();
  const change = (changes: ImportSearch) =>
    void navigate({ to: '/import', search: { ...how, ...changes }, replace: true });
  return { how, change };
}
