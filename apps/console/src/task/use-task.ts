import type { Task } from '@rollcall/client/server';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useClient } from '../session/use-session.js';
import { newerTask, taskQuery } from '../tasks/tasks-query.js';

/** One task with what became of each of its users, as it is now: it is read once, and followed until it ends. */
export function useTask(id: string) {
  const client = useClient();
  const cache = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    const follow = async () => {
      try {
        for await (const task of client.watchTask(id, { signal: stop.signal }))
          cache.setQueryData<Task>(['tasks', 'one', id], known => newerTask(known, task));
      } catch {
        // What refuses to be followed refuses to be read, too, which says so.
      }
    };
    void follow();
    return () => stop.abort();
  }, [client, cache, id]);
  return useQuery(taskQuery(client, id));
}
