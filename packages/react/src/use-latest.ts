import { type RefObject, useInsertionEffect, useRef } from 'react';

/** The value of the last render that was shown, for what is called later. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  // Before any effect that might call it.
  useInsertionEffect(() => {
    latest.current = value;
  });
  return latest;
}
