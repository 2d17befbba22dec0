import type { Task } from '@rollcall/client/server';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { Moment } from '../frame/moment.js';
import { askedFilter } from './asked-filters.js';
import { TaskProgress } from './task-progress.js';
import classes from './task-row.module.css';
import { leftMs } from './task-speed.js';
import { TaskState } from './task-state.js';
import { actorWords, duration, whatOf, whoseOf } from './task-words.js';
import type { TasksSearch } from './tasks-search.js';

interface TaskRowProps {
  task: Task;
  search: TasksSearch;
  open: boolean;
  /** The task is not in the state any more that the list is about. It stays until the list is read again. */
  left: boolean;
}

/** One task of the list. Its name leads to it, from everywhere in the row. */
export const TaskRow = memo(function TaskRow({ task, search, open, left }: TaskRowProps) {
  const { task_id, started_by } = task;
  const remaining = leftMs(task);
  const asked = askedFilter(task_id);
  return (
    <tr
      className={classes.row}
      aria-current={open ? 'true' : undefined}
      title={left ? 'Not in this state any more. It goes with the next reload.' : undefined}
      data-left={left}
    >
      <td className={classes.what}>
        <Link
          to="/tasks/$taskId"
          params={{ taskId: task_id }}
          search={{ ...search, ...(asked && { asked }) }}
          className={classes.link}
          data-task
        >
          {whatOf(task)}
        </Link>
      </td>
      <td className={classes.whose}>{whoseOf(task)}</td>
      <td className={classes.progress}>
        <TaskProgress task={task} />
      </td>
      <td className={classes.left}>{remaining !== undefined && `${duration(remaining)} left`}</td>
      <td className={classes.by}>{started_by && actorWords(started_by)}</td>
      <td className={classes.when}>
        <Moment at={task.finished_at ?? task.created_at} />
      </td>
      <td className={classes.state}>
        <TaskState task={task} />
      </td>
    </tr>
  );
});
