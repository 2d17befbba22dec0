import type { StreamItem } from '@rollcall/client/server';
import { toRollcallError } from '@rollcall/client/server';
import { useEffect, useState } from 'react';
import { everyFrame } from '../live/every-frame.js';
import { useClient } from '../session/use-session.js';
import { positionBefore, type Selection } from './selection.js';
import { Tail } from './tail.js';

/** A tail begins so many entries of the log before now, so that it is not empty. */
const BEFORE_NOW = 200;

/** A tail, and how its stream is doing. */
export interface LiveTail {
  tail: Tail;
  /** Whether the server has begun: from then on everything comes. */
  ready: boolean;
  error: Error | undefined;
  /** Opens the stream again. */
  retry(): void;
}

/**
 * Follows the events of a selection: a stream of its own, so that the server selects. Another selection, or another beginning,
 * is another tail.
 */
export function useTail(selection: Selection, from: string | undefined): LiveTail {
  const client = useClient();
  const [attempt, setAttempt] = useState(0);
  const key = JSON.stringify({ selection, from, attempt });
  const [live, setLive] = useState(() => fresh(key));

  useEffect(() => {
    const stop = new AbortController();
    const now = fresh(key);
    setLive(now);
    const update = (changes: Partial<Held>) => {
      if (!stop.signal.aborted) setLive(before => ({ ...before, ...changes }));
    };
    const batch = everyFrame<StreamItem>(items => {
      if (!stop.signal.aborted) now.tail.add(items);
    });
    const read = async () => {
      const asked = JSON.parse(key) as { selection: Selection; from?: string };
      try {
        const lastEventId = asked.from ?? (await beforeNow());
        if (stop.signal.aborted) return;
        const stream = client.watchEvents({ ...asked.selection, lastEventId, signal: stop.signal });
        void stream.ready.then(
          () => update({ ready: true }),
          () => {},
        );
        for await (const item of stream) batch(item);
      } catch (error) {
        update({ error: toRollcallError(error) });
      }
    };
    const beforeNow = async () => {
      const { position } = await client.queryUsers({}, [], { limit: 1 });
      return positionBefore(position, BEFORE_NOW);
    };
    void read();
    return () => stop.abort();
  }, [client, key]);

  // Of the selection before nothing is shown.
  const shown = live.key === key ? live : fresh(key);
  return { ...shown, retry: () => setAttempt(before => before + 1) };
}

type Held = Pick<LiveTail, 'tail' | 'ready' | 'error'> & { key: string };

function fresh(key: string): Held {
  return { key, tail: new Tail(), ready: false, error: undefined };
}
