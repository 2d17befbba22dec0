import type { Task } from '@rollcall/client/server';
import { counted } from './task-news.js';
import classes from './task-progress.module.css';
import { perSecond, speedWords } from './task-speed.js';
import { whatOf } from './task-words.js';

/** How far a task is: a bar, the numbers, and how fast it goes. */
export function TaskProgress({ task }: { task: Task }) {
  const { done, total, failed } = task.progress;
  const speed = task.status === 'running' ? perSecond(task) : undefined;
  return (
    <span className={classes.progress} data-status={task.status}>
      <progress
        className={classes.bar}
        aria-label={`Progress of: ${whatOf(task)}`}
        max={Math.max(1, total)}
        value={total === 0 && task.status === 'completed' ? 1 : counted(task)}
      />
      <span className={classes.numbers}>
        {done.toLocaleString('en')} / {total.toLocaleString('en')}
        {failed > 0 && <span className={classes.failed}> · {failed.toLocaleString('en')} failed</span>}
        {speed !== undefined && speed > 0 && <span className={classes.dim}> · {speedWords(speed)}</span>}
      </span>
    </span>
  );
}
