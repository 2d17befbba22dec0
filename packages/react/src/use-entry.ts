import { useState, useSyncExternalStore } from 'react';
import type { Result } from './result.js';
import type { Entry } from './store/entry.js';
import { sameParts } from './store/same-parts.js';

/** What was taken out of a snapshot last, and how. */
interface Taken<Data, Part> {
  whole?: Result<Data>;
  select?: (data: Data) => Part;
  result?: Result<Part>;
}

/** The snapshot of an entry. The component is rendered when it changes, once a frame at most. */
export function useEntry<Data, Actions extends object>(entry: Entry<Data, Actions>): Result<Data, Actions>;
/** A part of what an entry has. The component is rendered when the part changes, whatever else does. */
export function useEntry<Data, Part>(entry: Entry<Data>, select?: (data: Data) => Part): Result<Part>;
export function useEntry<Data, Part>(entry: Entry<Data>, select?: (data: Data) => Part): Result<unknown> {
  const [last] = useState<Taken<Data, Part>>({});
  const pick = (whole: Result<Data>): Result<unknown> => {
    // A part may be made anew with every look: React would look for ever.
    if (!select || (last.whole === whole && last.select === select)) return last.result ?? whole;
    const part = whole.data && select(whole.data);
    const data = samePart(last.result?.data, part) ? last.result?.data : part;
    const result = { ...whole, data } as Result<Part>;
    if (!sameParts(last.result, result)) last.result = result;
    Object.assign(last, { whole, select });
    return last.result as Result<Part>;
  };
  return useSyncExternalStore(
    entry.subscribe,
    () => pick(entry.get()),
    () => pick(entry.onServer()),
  );
}

/** Whether two parts are the same, or are plain lists or objects of the same parts. */
function samePart(one: unknown, other: unknown): boolean {
  return one === other || (isPlain(one) && isPlain(other) && sameParts(one, other));
}

function isPlain(value: unknown): value is object {
  return Array.isArray(value) || (!!value && Object.getPrototypeOf(value) === Object.prototype);
}
