import type { User } from '@rollcall/client/server';
import { IconCode, IconColumns, IconSearch } from '@tabler/icons-react';
import { lazy, type RefObject, Suspense, useEffect, useState } from 'react';
import { FilterBar } from '../filters/filter-bar.js';
import { Popover } from '../frame/popover.js';
import { useUsersView } from './use-users-view.js';
import classes from './user-toolbar.module.css';

const ColumnsMenu = lazy(() =>
  import('./columns-menu.js').then(({ ColumnsMenu }) => ({ default: ColumnsMenu })),
);
const ViewsMenu = lazy(() => import('./views-menu.js').then(({ ViewsMenu }) => ({ default: ViewsMenu })));
const ViewAsCode = lazy(() =>
  import('./view-as-code.js').then(({ ViewAsCode }) => ({ default: ViewAsCode })),
);

/** Typing searches at once, but not for each letter of a word. */
const SETTLES_MS = 120;

interface UserToolbarProps {
  users: readonly User[];
  error: Error | null;
  searchField: RefObject<HTMLInputElement | null>;
  onIntoRows(): void;
}

/** Search, filter, and how the list looks. */
export function UserToolbar({ users, error, searchField, onIntoRows }: UserToolbarProps) {
  const { search, change } = useUsersView();
  const { q = '' } = search;
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  useEffect(() => {
    if (text === q) return;
    const timer = setTimeout(() => change({ q: text || undefined }, { replace: true }), SETTLES_MS);
    return () => clearTimeout(timer);
  });

  return (
    <div className={classes.toolbar}>
      <span className={classes.search}>
        <IconSearch size={14} aria-hidden />
        <input
          ref={searchField}
          type="search"
          aria-label="Search users by name or id"
          placeholder="Name or id"
          value={text}
          onChange={event => setText(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' || event.key === 'ArrowDown') onIntoRows();
            else if (event.key === 'Escape' && text !== '') setText('');
            else if (event.key === 'Escape') event.currentTarget.blur();
            else return;
            event.preventDefault();
          }}
        />
      </span>
      <FilterBar
        filter={search.filter ?? {}}
        users={users}
        error={error}
        onChange={filter => change({ filter })}
      />
      <span className={classes.grow} />
      <Popover button={`View${search.view === undefined ? '' : `: ${search.view}`} ▾`} label="Views">
        {close => (
          <Suspense fallback="…">
            <ViewsMenu close={close} />
          </Suspense>
        )}
      </Popover>
      <Popover
        button={<IconColumns size={16} aria-hidden />}
        buttonLabel="Columns, density, who is shown"
        label="Columns, density, who is shown"
      >
        {() => (
          <Suspense fallback="…">
            <ColumnsMenu users={users} />
          </Suspense>
        )}
      </Popover>
      <Popover
        button={<IconCode size={16} aria-hidden />}
        buttonLabel="This view as code"
        label="This view as code"
      >
        {() => (
          <Suspense fallback="…">
            <ViewAsCode />
          </Suspense>
        )}
      </Popover>
    </div>
  );
}
