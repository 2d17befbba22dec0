import { Button } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import type { Tail } from './tail.js';

/** Stops the tail and lets it go on, and says how many wait. */
export function PauseButton({ tail }: { tail: Tail }) {
  const { paused, waiting } = useSyncExternalStore(tail.subscribe, () => tail.state);
  return (
    <Button variant={paused ? 'filled' : 'default'} title="Space" onClick={() => togglePause(tail)}>
      {paused ? `Go on · ${waiting.toLocaleString('en')} ${waiting === 1 ? 'waits' : 'wait'}` : 'Pause'}
    </Button>
  );
}

export function togglePause(tail: Tail): void {
  if (tail.state.paused) tail.resume();
  else tail.pause();
}
