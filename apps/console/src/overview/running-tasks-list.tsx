import type { Overview, RollcallEvent, Task } from '@rollcall/client/server';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Moment } from '../frame/moment.js';
import { useLiveEvents } from '../live/live-context.js';
import { useClient } from '../session/use-session.js';
import { TaskProgress } from '../tasks/task-progress.js';
import { perSecond, speedWords } from '../tasks/task-speed.js';
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
      <h2 className={parts.title}>
        <Link id="tasks" to="/tasks">
          Tasks that run
        </Link>
        {tasks && <Throughput tasks={tasks} />}
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
  const { task_id, status, created_at } = task;
  return (
    <li className={parts.row}>
      <Link to="/tasks/$taskId" params={{ taskId: task_id }} search={{}} className={parts.subject}>
        {whatOf(task)}
      </Link>
      {status === 'pending' && <span className={parts.dim}>waits</span>}
      <TaskProgress task={task} />
      <span className={parts.time}>
        <Moment at={created_at} />
      </span>
    </li>
  );
}

/** How many users a second all tasks together deal with. */
function Throughput({ tasks }: { tasks: readonly Task[] }) {
  const speed = tasks.reduce((sum, task) => sum + ((task.status === 'running' && perSecond(task)) || 0), 0);
  return (
    speed > 0 && (
      <span className={classes.throughput} title="Users a second, all tasks together">
        {speedWords(speed)}
      </span>
    )
  );
}
