import type { Task } from '@rollcall/client/server';
import { TaskRow } from './task-row.js';
import type { TaskList } from './tasks-query.js';
import type { TasksSearch } from './tasks-search.js';
import classes from './tasks-table.module.css';

const HEADINGS = ['What', 'Whose', 'Progress', 'Time left', 'Started by', 'When', 'State'];

interface TasksTableProps {
  tasks: readonly Task[];
  list: TaskList;
  search: TasksSearch;
  openId: string | undefined;
  stale: boolean;
}

/** A page of tasks, newest first. */
export function TasksTable({ tasks, list, search, openId, stale }: TasksTableProps) {
  return (
    <table className={classes.table} aria-label="Tasks" aria-busy={stale}>
      <thead>
        <tr>
          {HEADINGS.map(heading => (
            <th key={heading} scope="col">
              {heading}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {tasks.map(task => (
          <TaskRow
            key={task.task_id}
            task={task}
            search={search}
            open={task.task_id === openId}
            left={list.status !== undefined && task.status !== list.status}
          />
        ))}
      </tbody>
    </table>
  );
}

/** Moves the focus through the tasks that are shown. */
export function focusTask(step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>('a[data-task]')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  links[at === -1 ? 0 : Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}
