import { useState, useSyncExternalStore } from 'react';
import type { Result } from './result.js';
import type { Entry } from './store/entry.js';
import { sameParts } from './store/same-parts.js';

/** A part of what an entry has. The component is rendered when the part changes, whatever else does. */
export function usePart<Data, Part>(entry: Entry<Data>, select: (data: Data) => Part): Result<Part> {
  const [last] = useState<{ result?: Result<Part> }>({});
  const pick = (whole: Result<Data>): Result<Part> => {
    const part = { ...whole, data: whole.data && select(whole.data) } as Result<Part>;
    if (!last.result || !sameParts(last.result, part)) last.result = part;
    return last.result;
  };
  return useSyncExternalStore(
    entry.subscribe,
    () => pick(entry.get()),
    () => pick(entry.onServer()),
  );
}
