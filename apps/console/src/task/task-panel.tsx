import { ActionIcon } from '@mantine/core';
import { isEnded, type RollcallError, type Task } from '@rollcall/client/server';
import { IconCode, IconX } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CodeSamples } from '../frame/code-samples.js';
import { CopyButton } from '../frame/copy-button.js';
import { ErrorState } from '../frame/error-state.js';
import { Moment } from '../frame/moment.js';
import { PageState } from '../frame/page-state.js';
import { Popover } from '../frame/popover.js';
import { askedFilter } from '../tasks/asked-filters.js';
import { TaskProgress } from '../tasks/task-progress.js';
import { leftMs, perSecond, speedWords } from '../tasks/task-speed.js';
import { TaskState } from '../tasks/task-state.js';
import { actorWords, duration, taskInWords, whatOf } from '../tasks/task-words.js';
import { codeOfTask } from '../tasks/tasks-code.js';
import { CancelTask } from './cancel-task.js';
import classes from './task-panel.module.css';
import { TaskResults } from './task-results.js';
import { touchedUsers } from './touched-users.js';
import { useTask } from './use-task.js';

const route = getRouteApi('/tasks/$taskId');

/** One task: how far it is, what became of whom, and what can be done about it. It keeps itself up to date. */
export function TaskPanel() {
  const { taskId } = route.useParams();
  const navigate = route.useNavigate();
  const { data: task, error, refetch } = useTask(taskId);
  const close = () => void navigate({ to: '/tasks', search: ({ asked: _, ...list }) => list });

  if (task === undefined && error) {
    const { code } = error as RollcallError;
    if (code !== 'TASK_NOT_FOUND' && code !== 'INPUT_INVALID')
      return <ErrorState error={error} onRetry={() => void refetch()} />;
    return (
      <PageState isPage title="There is no such task">
        <p>
          No task has the id <code>{taskId}</code>. A task that has ended is kept for as many days as the
          setting task_retention_days says.
        </p>
        <Link to="/tasks">Go to the tasks</Link>
      </PageState>
    );
  }
  if (task === undefined)
    return <div className={classes.panel} role="status" aria-label="Reading the task" />;
  return (
    <article className={classes.panel} aria-label={whatOf(task)}>
      <header className={classes.heading}>
        <div className={classes.line}>
          <h1 className={classes.title}>{whatOf(task)}</h1>
          <TaskState task={task} />
          <span className={classes.grow} />
          <Popover
            button={<IconCode size={16} aria-hidden />}
            buttonLabel="This task as code"
            label="This task as code"
          >
            {() => <CodeSamples samples={codeOfTask(location.origin, taskId)} />}
          </Popover>
          <ActionIcon aria-label="Close the task" title="Esc" onClick={close}>
            <IconX size={16} />
          </ActionIcon>
        </div>
        <Facts task={task} />
        <TaskProgress task={task} />
        {isEnded(task.status) && <p role="status">{taskInWords(task)}</p>}
        {!isEnded(task.status) && <CancelTask key={taskId} task={task} />}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it. */}
      <section className={classes.body} tabIndex={0} aria-label="What became of it">
        {task.error && (
          <p role="alert" className={classes.failed}>
            {task.error.message} <code>{task.error.code}</code>
          </p>
        )}
        <Leads task={task} />
        <TaskResults key={taskId} task={task} />
      </section>
    </article>
  );
}

function Facts({ task }: { task: Task }) {
  const { task_id, started_by, created_at, started_at, finished_at, updated_at } = task;
  const left = leftMs(task);
  const speed = perSecond(task);
  return (
    <div className={classes.facts}>
      <CopyButton text={task_id} label={`Copy the id ${task_id}`}>
        {task_id}
      </CopyButton>
      <span>
        asked for <Moment at={created_at} />
        {started_by && ` by ${actorWords(started_by)}`}
      </span>
      {finished_at !== undefined && (
        <span>
          ended <Moment at={finished_at} />
        </span>
      )}
      {started_at !== undefined && (
        <span>
          {duration((finished_at ?? updated_at) - started_at)}
          {finished_at !== undefined && speed !== undefined && speed > 0 && `, ${speedWords(speed)}`}
        </span>
      )}
      {left !== undefined && <span>{duration(left)} left</span>}
    </div>
  );
}

/** Where the task leads: to its file, to the filter that it was asked with, and to whom it touched. */
function Leads({ task }: { task: Task }) {
  const { asked = askedFilter(task.task_id) } = route.useSearch();
  const touched = touchedUsers(task);
  const file = task.result?.export;
  const isAct = task.type === 'users.act';
  if (!isAct && !touched && !file) return null;
  return (
    <ul className={classes.leads}>
      {file && (
        <li>
          <a href={file.url} download>
            Save the file ({Math.ceil(file.bytes / 1_000).toLocaleString('en')} kB)
          </a>{' '}
          <span className={classes.dim}>
            The link is for anybody who has it, until{' '}
            {new Date(file.url_expires_at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}
          </span>
        </li>
      )}
      {asked ? (
        <li>
          <Link to="/users" search={{ filter: asked, with: 'deleted' }}>
            Those who match its filter now
          </Link>{' '}
          <code className={classes.dim}>{JSON.stringify(asked)}</code>
        </li>
      ) : (
        isAct && (
          <li className={classes.dim}>
            Its filter is not known here. The server forgets it when the task has ended, because it may name
            people.
          </li>
        )
      )}
      {touched && (
        <li>
          <Link to="/users" search={touched.search}>
            {touched.label}
          </Link>{' '}
          {touched.caveat && <span className={classes.dim}>{touched.caveat}</span>}
        </li>
      )}
    </ul>
  );
}
