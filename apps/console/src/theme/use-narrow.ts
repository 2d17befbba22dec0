import { useSyncExternalStore } from 'react';

const query = window.matchMedia('(max-width: 720px)');

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** Whether the page is as narrow as a phone: rows take two lines, panels are pages, navigation is at the bottom. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches);
}
