import type { Task } from '@rollcall/client/server';
import { useEffect, useState } from 'react';
import { useClient } from '../session/use-session.js';

/** A task as it is now, until it has ended. A lost connection is not its end. */
export function useTask(id: string): { task?: Task; error?: Error } {
  const client = useClient();
  const [seen, setSeen] = useState<{ task?: Task; error?: Error }>({});
  useEffect(() => {
    const stop = new AbortController();
    const follow = async () => {
      try {
        for await (const task of client.watchTask(id, { signal: stop.signal })) setSeen({ task });
      } catch (error) {
        if (!stop.signal.aborted) setSeen(before => ({ ...before, error: error as Error }));
      }
    };
    setSeen({});
    void follow();
    return () => stop.abort();
  }, [client, id]);
  return seen;
}
