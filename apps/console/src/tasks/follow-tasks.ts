import type { ListTasksAnswer, Task, TaskEvent } from '@rollcall/client/server';
import type { QueryClient } from '@tanstack/react-query';
import type { LiveEvents } from '../live/event-stream.js';
import { everyFrame } from '../live/every-frame.js';
import { forgetNews, takeNews, withNews } from './task-news.js';

/**
 * Keeps what has been read of tasks up to date, by their events and by their progress, once a frame. Nothing in a list moves by
 * it. Returns what ends it.
 */
export function followTasks({ client, cache, subscribe }: LiveEvents): () => void {
  let ended = false;
  const take = (events: readonly TaskEvent[]) => {
    if (ended || events.length === 0) return;
    patchTasks(cache, takeNews(events));
    // A list that nobody looks at is read again when somebody does: this may belong into it.
    void cache.invalidateQueries({ queryKey: ['tasks', 'list'], type: 'inactive', refetchType: 'none' });
  };
  const unsubscribe = subscribe(events => take(events.filter(event => 'task' in event)));
  const progress = client.on('task.progress', everyFrame<TaskEvent>(take));
  return () => {
    ended = true;
    unsubscribe();
    progress.unsubscribe();
    forgetNews();
  };
}

function patchTasks(cache: QueryClient, told: ReadonlyMap<string, Task>): void {
  if (told.size === 0) return;
  cache.setQueriesData<ListTasksAnswer>({ queryKey: ['tasks', 'list'] }, page => {
    if (!page?.tasks.some(({ task_id }) => told.has(task_id))) return page;
    return { ...page, tasks: page.tasks.map(withNews) };
  });
  cache.setQueryData<readonly string[]>(['tasks', 'running'], ids => {
    if (ids === undefined) return ids;
    const running = new Set(ids);
    for (const { task_id, status } of told.values()) {
      if (status === 'running') running.add(task_id);
      else running.delete(task_id);
    }
    return running.size === ids.length && ids.every(id => running.has(id)) ? ids : [...running];
  });
}
