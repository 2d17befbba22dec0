import type { Task } from '@rollcall/client/server';
import classes from './task-state.module.css';

/** The state of a task as a dot and a word. */
export function TaskState({ task: { status, started_at, error } }: { task: Task }) {
  const again = status === 'pending' && started_at !== undefined;
  return (
    <span
      className={classes.state}
      data-status={status}
      title={again ? 'A step failed. It is tried again after a pause, five times at most.' : error?.message}
    >
      <span className={classes.dot} aria-hidden />
      {again ? 'pending again' : status}
    </span>
  );
}
