import type { Overview, RollcallEvent, Task } from '@rollcall/client/server';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Moment } from '../frame/moment.js';
import { useLiveEvents } from '../live/live-context.js';
import { useClient } from '../session/use-session.js';
import { whatOf } from '../tasks/task-words.js';
import { amountOf } from './amounts.js';
import parts from './parts.module.css';
import { patchRunningTasks, runningTasksQuery } from './running-tasks.js';
import classes from './running-tasks-list.module.css';

/** The tasks that run or wait, live, and how many there are of the others. */
export function RunningTasks({ counts }: { counts: Overview['tasks'] }) {
  const client = useClient();
  const cache = useQueryClient();
  const live = useLiveEvents();
  const { data: tasks, error } = useQuery(runningTasksQuery(client));
  useEffect(() => {
    const take = (events: readonly RollcallEvent[]) => {
      const { queryKey } = runningTasksQuery(client);
      cache.setQueryData(queryKey, known => known && patchRunningTasks(known, events));
    };
    // The log keeps the beginning and the end of a task, and not its progress.
    const stopLog = live.subscribe(take);
    const progress = client.on('task.progress', event => take([event]));
    return () => {
      stopLog();
      progress.unsubscribe();
    };
  }, [client, cache, live]);
  const { completed, failed, cancelled } = counts;
  return (
    <section className={parts.part} aria-labelledby="tasks">
      <h2 id="tasks" className={parts.title}>
        <Link to="/tasks">Tasks that run</Link>
      </h2>
      {error && !tasks && <p role="alert">The tasks could not be read: {error.message}</p>}
      {tasks?.length === 0 && <p className={parts.dim}>No task runs.</p>}
      <ul className={parts.rows}>
        {tasks?.map(task => (
          <TaskRow key={task.task_id} task={task} />
        ))}
      </ul>
      <p className={classes.ended} data-failed={failed.count > 0}>
        Kept: {amountOf(completed)} completed, <strong>{amountOf(failed)} failed</strong>,{' '}
        {amountOf(cancelled)} cancelled.
      </p>
    </section>
  );
}

function TaskRow({ task }: { task: Task }) {
  const { task_id, status, progress, created_at } = task;
  const what = whatOf(task);
  const { done, failed, total } = progress;
  return (
    <li className={parts.row}>
      <Link to="/tasks/$taskId" params={{ taskId: task_id }} search={{}} className={parts.subject}>
        {what}
      </Link>
      {status === 'pending' && <span className={parts.dim}>waits</span>}
      <progress className={classes.bar} value={done + failed} max={Math.max(1, total)} aria-label={what} />
      <span className={classes.numbers}>
        {(done + failed).toLocaleString('en')} of {total.toLocaleString('en')}
        {failed > 0 && <span className={classes.failed}> {failed.toLocaleString('en')} failed</span>}
      </span>
      <span className={parts.time}>
        <Moment at={created_at} />
      </span>
    </li>
  );
}
