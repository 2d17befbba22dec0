import type { RollcallError } from '@rollcall/client/server';
import { IconCode } from '@tabler/icons-react';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useSyncExternalStore } from 'react';
import { CodeSamples } from '../frame/code-samples.js';
import { useCommands } from '../frame/commands.js';
import { ErrorState } from '../frame/error-state.js';
import layout from '../frame/list-page.module.css';
import { Popover } from '../frame/popover.js';
import { stepFocus } from '../frame/step-focus.js';
import { useClient } from '../session/use-session.js';
import { NativeSelect } from '../theme/text-field.js';
import { useNarrow } from '../theme/use-narrow.js';
import { ListSkeleton } from '../users/list-skeleton.js';
import { arrivedTasks } from './arrived-tasks.js';
import { EmptyTasks } from './empty-tasks.js';
import { forgetNews, newsNow, subscribeNews } from './task-news.js';
import { STATUSES, TYPE_WORDS } from './task-words.js';
import { codeOfTasks } from './tasks-code.js';
import classes from './tasks-page.module.css';
import { runningQuery, runningWords, taskListOf, tasksQuery } from './tasks-query.js';
import { TasksTable } from './tasks-table.js';
import { useTasksView } from './use-tasks-view.js';

/** The long-running work: what runs, what waits, and what has been done, a page at a time. */
export function TasksPage() {
  const client = useClient();
  const cache = useQueryClient();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const { search, change } = useTasksView();
  const { taskId } = useParams({ strict: false });
  const list = taskListOf(search);
  const query = tasksQuery(client, list);
  const {
    data: page,
    error,
    isPlaceholderData,
    refetch,
  } = useQuery({ ...query, placeholderData: keepPreviousData });
  const { data: running } = useQuery(runningQuery(client));
  const news = useSyncExternalStore(subscribeNews, newsNow);
  const arrived = isPlaceholderData ? 0 : arrivedTasks(list, page, news).length;
  const filtered = list.status !== undefined || list.type !== undefined;

  const reload = () => {
    forgetNews();
    // A cursor is good for its list only: without it, it is the newest page.
    if ((error as RollcallError | null)?.code === 'CURSOR_INVALID') change({ next: undefined });
    else void refetch();
    void cache.invalidateQueries({ queryKey: ['tasks', 'running'] });
  };
  const close = () => void navigate({ to: '/tasks', search });
  // As long as another list is read, its cursors are not there.
  const next = isPlaceholderData ? undefined : page?.next;
  const older = () => next !== undefined && change({ next });
  const newest = () => search.next !== undefined && change({ next: undefined });

  useCommands([
    { label: 'Next task', key: 'j', run: () => stepFocus('a[data-task]', 1) },
    { label: 'Task before', key: 'k', run: () => stepFocus('a[data-task]', -1) },
    { label: 'Older tasks', key: ']', run: older },
    { label: 'Newest tasks', key: '[', run: newest },
    { label: 'Read the tasks again', key: 'r', run: reload },
    { label: 'Only the tasks that run', run: () => change({ status: 'running' }) },
    { label: 'Only the tasks that failed', run: () => change({ status: 'failed' }) },
    {
      label: 'One step back: close the task, show all',
      key: 'Escape',
      run: () => {
        if (taskId !== undefined) close();
        else if (filtered) change({ status: undefined, type: undefined });
      },
    },
  ]);

  const panel = taskId !== undefined;
  return (
    <div className={layout.page} data-panel={panel}>
      <section className={layout.list} aria-label="List of tasks" hidden={panel && narrow}>
        <div className={layout.heading}>
          <h1 className={layout.title}>Tasks</h1>
          <span className={layout.dim}>{running && `${runningWords(running)} running`}</span>
        </div>
        <div className={classes.toolbar}>
          <NativeSelect
            aria-label="State"
            value={list.status ?? ''}
            data={[{ value: '', label: 'every state' }, ...STATUSES]}
            onChange={event => change({ status: event.target.value || undefined })}
          />
          <NativeSelect
            aria-label="Type"
            value={list.type ?? ''}
            data={[
              { value: '', label: 'every type' },
              ...Object.entries(TYPE_WORDS).map(([value, label]) => ({ value, label })),
            ]}
            onChange={event => change({ type: event.target.value || undefined })}
          />
          <span className={layout.grow} />
          <Popover
            button={<IconCode size={16} aria-hidden />}
            buttonLabel="This view as code"
            label="This view as code"
          >
            {() => <CodeSamples samples={codeOfTasks(location.origin, list)} />}
          </Popover>
        </div>
        <div className={layout.rows}>
          {page === undefined && error ? (
            <ErrorState error={error} onRetry={reload} />
          ) : page === undefined ? (
            <ListSkeleton of="tasks" />
          ) : page.tasks.length === 0 ? (
            <EmptyTasks filtered={filtered} onClear={() => change({ status: undefined, type: undefined })} />
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it.
            <section className={classes.scroller} aria-label="Tasks of this page" tabIndex={0}>
              <TasksTable
                tasks={page.tasks}
                list={list}
                search={search}
                openId={taskId}
                stale={isPlaceholderData}
              />
            </section>
          )}
          {arrived > 0 && (
            <button type="button" className={layout.arrived} onClick={reload}>
              ↑ {arrived.toLocaleString('en')} new
            </button>
          )}
        </div>
        {page !== undefined && (
          <footer className={classes.foot}>
            <span role="status">
              {page.tasks.length} on this page{isPlaceholderData && ' · reading…'}
            </span>
            {error && <span role="alert">The page could not be read again: {error.message}.</span>}
            <span className={layout.grow} />
            <button type="button" disabled={search.next === undefined} title="[" onClick={newest}>
              Newest
            </button>
            <button type="button" disabled={next === undefined} title="]" onClick={older}>
              Older
            </button>
          </footer>
        )}
      </section>
      {panel && (
        <aside className={layout.panel} aria-label="One task">
          <Outlet />
        </aside>
      )}
    </div>
  );
}
