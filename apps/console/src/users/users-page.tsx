import { Button } from '@mantine/core';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { targetOfList } from '../actions/action-target.js';
import { useCommands } from '../frame/commands.js';
import { ErrorState } from '../frame/error-state.js';
import layout from '../frame/list-page.module.css';
import { useWriteRefusal } from '../session/use-session.js';
import { useOpenTask } from '../tasks/use-open-task.js';
import { useNarrow } from '../theme/use-narrow.js';
import { columnsOf } from './columns.js';
import { ListSkeleton } from './list-skeleton.js';
import { ListStatus } from './list-status.js';
import { useFileDrop } from './use-file-drop.js';
import { useSelection } from './use-selection.js';
import { useUserList } from './use-user-list.js';
import { useUsersView } from './use-users-view.js';
import { UserToolbar } from './user-toolbar.js';
import { UsersGrid } from './users-grid.js';
import classes from './users-page.module.css';
import { listOf } from './users-search.js';

const ExportDialog = lazy(() =>
  import('../export/export-dialog.js').then(({ ExportDialog }) => ({ default: ExportDialog })),
);
const SelectionBar = lazy(() =>
  import('./selection-bar.js').then(({ SelectionBar }) => ({ default: SelectionBar })),
);
const EmptyList = lazy(() => import('./empty-list.js').then(({ EmptyList }) => ({ default: EmptyList })));
const NewUser = lazy(() => import('./new-user.js').then(({ NewUser }) => ({ default: NewUser })));

/** The list of users: search, filter, rows, and what can be done with those that are selected. */
export function UsersPage() {
  const { search, change } = useUsersView();
  const { userId } = useParams({ strict: false });
  const navigate = useNavigate();
  const narrow = useNarrow();
  const openTask = useOpenTask();
  const refusal = useWriteRefusal();
  const list = listOf(search);
  const columns = useMemo(() => columnsOf(search.columns), [search.columns]);
  const state = useUserList(list);
  const listKey = JSON.stringify(list);
  const [at, setAt] = useRowOf(listKey);
  const selection = useSelection(listKey);
  const [opened, setOpened] = useState<'new' | 'export'>();
  const drop = useFileDrop();
  const searchField = useRef<HTMLInputElement>(null);
  const { users, count } = state;

  const open = (id: string) => {
    setAt(
      Math.max(
        0,
        users.findIndex(user => user.id === id),
      ),
    );
    void navigate({ to: '/users/$userId', params: { userId: id }, search });
  };
  const close = () => void navigate({ to: '/users', search });
  const focused = users[Math.min(at, users.length - 1)];
  const move = (by: number) => setAt(Math.max(0, Math.min(users.length - 1, at + by)));

  useCommands([
    { label: 'Next user', key: 'j', run: () => move(1) },
    { label: 'User before', key: 'k', run: () => move(-1) },
    { label: 'Select or deselect the user', key: 'x', run: () => focused && selection.toggle(focused.id) },
    { label: 'Open the user', key: 'Enter', run: () => focused && open(focused.id) },
    { label: 'Search users', key: '/', run: () => searchField.current?.focus() },
    {
      label: 'One step back: close the user, deselect, clear the search',
      key: 'Escape',
      run: () => {
        if (userId !== undefined) close();
        else if (selection.isAny) selection.clear();
        else if (search.q !== undefined) change({ q: undefined });
      },
    },
    { label: 'Read the list again', key: 'r', run: state.reload },
    { label: 'New user', key: 'n', refusal, run: () => setOpened('new') },
    { label: 'Import users from a file', key: 'i', run: () => void navigate({ to: '/import' }) },
    { label: 'Export the users of this list', key: 'e', run: () => setOpened('export') },
  ]);

  const panel = userId !== undefined;
  const shown = count?.more ? `${count.count.toLocaleString('en')}+` : count?.count.toLocaleString('en');
  return (
    <div className={layout.page} data-panel={panel}>
      <section
        className={`${layout.list} ${classes.list}`}
        aria-label="List of users"
        hidden={panel && narrow}
        data-drop={drop.over}
        {...drop.handlers}
      >
        <div className={layout.heading}>
          <h1 className={layout.title}>Users</h1>
          <span className={layout.dim}>{shown}</span>
          <span className={layout.grow} />
          <Button
            variant="default"
            title="Import users from a file (i), or drop one here"
            onClick={() => void navigate({ to: '/import' })}
          >
            Import
          </Button>
          <Button
            variant="default"
            title="Export the users of this list (e)"
            onClick={() => setOpened('export')}
          >
            Export
          </Button>
          <Button
            title={refusal ?? 'New user (n)'}
            disabled={refusal !== undefined}
            onClick={() => setOpened('new')}
          >
            New user
          </Button>
        </div>
        <UserToolbar
          users={users}
          error={state.error}
          searchField={searchField}
          onIntoRows={() => focusGrid(0)}
        />
        <div className={layout.rows}>
          {state.pending ? (
            <ListSkeleton />
          ) : state.error ? (
            <ErrorState error={state.error} onRetry={state.reload} />
          ) : users.length === 0 ? (
            <Suspense>
              <EmptyList
                filtered={Object.keys(list.filter).length > 0}
                onClear={() => change({ q: undefined, filter: undefined })}
              />
            </Suspense>
          ) : (
            <UsersGrid
              users={users}
              columns={columns}
              rowCount={!state.hasMore ? users.length : count && !count.more ? count.count : -1}
              rowHeight={narrow ? 56 : search.density === 'compact' ? 28 : 36}
              narrow={narrow}
              stale={state.stale}
              sort={search.sort}
              at={Math.min(at, users.length - 1)}
              openId={userId}
              left={state.left}
              isSelected={selection.isSelected}
              onMove={setAt}
              onOpen={open}
              onToggle={id => {
                // The keys go on from the row that was ticked.
                setAt(users.findIndex(user => user.id === id));
                selection.toggle(id);
              }}
              onToggleAll={() =>
                users.every(({ id }) => selection.isSelected(id))
                  ? selection.clear()
                  : selection.select(users.map(({ id }) => id))
              }
              onSort={sort => change({ sort })}
              onNearEnd={state.readMore}
            />
          )}
          {state.arrived > 0 && (
            <button type="button" className={layout.arrived} onClick={state.reload}>
              ↑ {state.arrived.toLocaleString('en')}
              {state.moreArrived && '+'} new
            </button>
          )}
        </div>
        {selection.isAny && (
          <Suspense>
            <SelectionBar list={list} columns={columns.map(({ key }) => key)} selection={selection} />
          </Suspense>
        )}
        <ListStatus list={list} state={state} />
      </section>
      {panel && (
        <aside className={layout.panel} aria-label="One user">
          <Outlet />
        </aside>
      )}
      <Suspense>
        {opened === 'new' && <NewUser onClose={() => setOpened(undefined)} onMade={open} />}
        {opened === 'export' && (
          <ExportDialog
            target={targetOfList(list)}
            columns={columns.map(({ key }) => key)}
            onClose={() => setOpened(undefined)}
            onStarted={task => openTask(task, list.filter)}
          />
        )}
      </Suspense>
    </div>
  );
}

/** The row with the focus. Another list begins at its top. */
function useRowOf(listKey: string): [number, (index: number) => void] {
  const [held, setHeld] = useState({ listKey, at: 0 });
  return [held.listKey === listKey ? held.at : 0, at => setHeld({ listKey, at })];
}

function focusGrid(index: number): void {
  document.querySelector<HTMLElement>(`[role="grid"] [data-index="${index}"]`)?.focus();
}
