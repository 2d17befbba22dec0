import {
  isEnded,
  type ListTasksAnswer,
  type ServerClient,
  type Task,
  toRollcallError,
} from '@rollcall/client/server';
import { queryOptions } from '@tanstack/react-query';
import { withNews } from './task-news.js';
import { STATUSES, TYPE_WORDS } from './task-words.js';
import type { TasksSearch } from './tasks-search.js';

/** This many tasks are on a page. */
const PAGE = 50;

/** So many that run are counted by their ids. */
const MOST_RUNNING = 100;

/** Which tasks a page lists, as the server takes it. */
export type TaskList = Pick<Parameters<ServerClient['listTasks']>[0] & object, 'status' | 'type' | 'next'>;

/** The list of an address. A state or a type that there is not is left out. */
export function taskListOf({ status, type, next }: TasksSearch): TaskList {
  const isType = (name: string): name is keyof typeof TYPE_WORDS => Object.hasOwn(TYPE_WORDS, name);
  const known = STATUSES.find(one => one === status);
  return {
    ...(known && { status: known }),
    ...(type !== undefined && isType(type) && { type }),
    ...(next !== undefined && { next }),
  };
}

/** One page of tasks, newest first. */
export function tasksQuery(client: ServerClient, list: TaskList) {
  return queryOptions({
    queryKey: ['tasks', 'list', list],
    queryFn: async ({ signal }): Promise<ListTasksAnswer> => {
      try {
        const page = await client.api.tasks.list.query({ ...list, limit: PAGE }, { signal });
        return { ...page, tasks: page.tasks.map(withNews) };
      } catch (error) {
        throw toRollcallError(error);
      }
    },
  });
}

/**
 * The newer of two states of a task: an answer may come after an event that happened later, also in the same millisecond. What has
 * ended goes on no more.
 */
export function newerTask(known: Task | undefined, told: Task): Task {
  if (known === undefined) return told;
  const endedBefore = isEnded(known.status) && !isEnded(told.status);
  return endedBefore || known.updated_at > told.updated_at ? known : told;
}

/** One task with what became of its users. The link to a file is fresh with each read. */
export function taskQuery(client: ServerClient, id: string) {
  return queryOptions({
    queryKey: ['tasks', 'one', id],
    queryFn: async ({ client: cache }): Promise<Task> => {
      const read = await client.getTask(id);
      return newerTask(cache.getQueryData<Task>(['tasks', 'one', id]), read);
    },
    staleTime: 0,
  });
}

/** The ids of the tasks that run, as far as it is cheap. */
export function runningQuery(client: ServerClient) {
  return queryOptions({
    queryKey: ['tasks', 'running'],
    queryFn: async (): Promise<readonly string[]> => {
      const { tasks } = await client.listTasks({ status: 'running', limit: MOST_RUNNING });
      return tasks
        .map(withNews)
        .filter(({ status }) => status === 'running')
        .map(({ task_id }) => task_id);
    },
  });
}

/** The running tasks as a number: `3`, `100+`. */
export function runningWords(ids: readonly string[]): string {
  return ids.length >= MOST_RUNNING ? `${MOST_RUNNING}+` : String(ids.length);
}
