import { Button } from '@mantine/core';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useCommands } from '../frame/commands.js';
import { ErrorState } from '../frame/error-state.js';
import { useWriteRefusal } from '../session/use-session.js';
import { useNarrow } from '../theme/use-narrow.js';
import { columnsOf } from './columns.js';
import { EmptyList } from './empty-list.js';
import { ListSkeleton } from './list-skeleton.js';
import { ListStatus } from './list-status.js';
import { SelectionBar } from './selection-bar.js';
import { useSelection } from './use-selection.js';
import { useUserList } from './use-user-list.js';
import { useUsersView } from './use-users-view.js';
import { UserToolbar } from './user-toolbar.js';
import { UsersGrid } from './users-grid.js';
import classes from './users-page.module.css';
import { listOf } from './users-search.js';

const NewUser = lazy(() => import('./new-user.js').then(({ NewUser }) => ({ default: NewUser })));

/** The list of users: search, filter, rows, and what can be done with those that are selected. */
export function UsersPage() {
  const { search, change } = useUsersView();
  const { userId } = useParams({ strict: false });
  const navigate = useNavigate();
  const narrow = useNarrow();
  const refusal = useWriteRefusal();
  const list = listOf(search);
  const columns = useMemo(() => columnsOf(search.columns), [search.columns]);
  const state = useUserList(list);
  const listKey = JSON.stringify(list);
  const [at, setAt] = useRowOf(listKey);
  const selection = useSelection(listKey);
  const [creating, setCreating] = useState(false);
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
        else if (selection.selection.all || selection.selection.ids.size > 0) selection.clear();
        else if (search.q !== undefined) change({ q: undefined });
      },
    },
    { label: 'Read the list again', key: 'r', run: state.reload },
    { label: 'New user', key: 'n', refusal, run: () => setCreating(true) },
  ]);

  const panel = userId !== undefined;
  const shown = count?.more ? `${count.count.toLocaleString('en')}+` : count?.count.toLocaleString('en');
  return (
    <div className={classes.page} data-panel={panel}>
      <section className={classes.list} aria-label="List of users" hidden={panel && narrow}>
        <div className={classes.heading}>
          <h1 className={classes.title}>Users</h1>
          <span className={classes.count}>{shown}</span>
          <span className={classes.grow} />
          <Button
            title={refusal ?? 'New user (n)'}
            disabled={refusal !== undefined}
            onClick={() => setCreating(true)}
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
        <div className={classes.rows}>
          {state.pending ? (
            <ListSkeleton />
          ) : state.error ? (
            <ErrorState error={state.error} onRetry={state.reload} />
          ) : users.length === 0 ? (
            <EmptyList
              filtered={Object.keys(list.filter).length > 0}
              onClear={() => change({ q: undefined, filter: undefined })}
            />
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
              onToggle={selection.toggle}
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
            <button type="button" className={classes.arrived} onClick={state.reload}>
              ↑ {state.arrived.toLocaleString('en')}
              {state.moreArrived && '+'} new
            </button>
          )}
        </div>
        <SelectionBar list={list} selection={selection} />
        <ListStatus list={list} state={state} />
      </section>
      {panel && (
        <aside className={classes.panel} aria-label="One user">
          <Outlet />
        </aside>
      )}
      {creating && (
        <Suspense>
          <NewUser onClose={() => setCreating(false)} onMade={open} />
        </Suspense>
      )}
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
