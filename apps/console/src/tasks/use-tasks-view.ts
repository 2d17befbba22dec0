import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { TasksSearch } from './tasks-search.js';

const route = getRouteApi('/tasks');

/** The view of the tasks that the address holds, and how to change it. The task that is open beside the list stays open. */
export function useTasksView(): { search: TasksSearch; change(changes: TasksSearch): void } {
  const search = route.useSearch();
  const navigate = useNavigate();
  return {
    search,
    // Another list has other pages.
    change: changes =>
      void navigate({
        to: '.',
        search: ((before: TasksSearch) => ({ ...before, next: undefined, ...changes })) as never,
      }),
  };
}
