import type { ListTasksAnswer, Task } from '@rollcall/client/server';
import type { TaskList } from './tasks-query.js';

/**
 * The tasks that would be on a page if it were read now, and are not. Only the newest page gets new ones.
 * @param news what events have said since.
 */
export function arrivedTasks(
  list: TaskList,
  page: ListTasksAnswer | undefined,
  news: ReadonlyMap<string, Task>,
): Task[] {
  if (page === undefined || list.next !== undefined) return [];
  const shown = new Set(page.tasks.map(({ task_id }) => task_id));
  const oldest = page.next === undefined ? Number.NEGATIVE_INFINITY : (page.tasks.at(-1)?.created_at ?? 0);
  return [...news.values()].filter(
    ({ task_id, status, type, created_at }) =>
      !shown.has(task_id) &&
      created_at >= oldest &&
      (list.status === undefined || status === list.status) &&
      (list.type === undefined || type === list.type),
  );
}
