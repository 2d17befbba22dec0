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
