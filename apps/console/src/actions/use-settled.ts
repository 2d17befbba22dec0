import { useEffect, useRef, useState } from 'react';

/** A value when it has stopped changing for a moment. Two values that are the same JSON are the same. */
export function useSettled<Value>(value: Value, settlesMs = 250): Value {
  const [settled, setSettled] = useState(value);
  const latest = useRef(value);
  latest.current = value;
  const key = JSON.stringify(value);
  useEffect(() => {
    if (JSON.stringify(settled) === key) return;
    const timer = setTimeout(() => setSettled(latest.current), settlesMs);
    return () => clearTimeout(timer);
  }, [settled, key, settlesMs]);
  return settled;
}
