import { useState } from 'react';
import { keepView, readViews } from './kept-views.js';
import { useUsersView } from './use-users-view.js';
import type { UsersSearch } from './users-search.js';
import classes from './views-menu.module.css';

const DAY_MS = 86_400_000;

/** Views that everybody needs. Those of time are of the day when they are opened, and then stay. */
const USUAL: [string, () => UsersSearch][] = [
  ['All users', () => ({})],
  ['Online now', () => ({ filter: { online: true } })],
  ['New this week', () => ({ filter: { created_at: { $gte: startOfDay(Date.now() - 7 * DAY_MS) } } })],
  ['Never connected', () => ({ filter: { last_active: { $exists: false } } })],
  ['Banned', () => ({ filter: { banned: true } })],
  ['Deactivated', () => ({ filter: { deactivated_at: { $exists: true } }, with: 'deactivated' })],
];

/** Views by name: the usual ones, and those that were kept in this browser. The address holds all of a view, and its name. */
export function ViewsMenu({ close }: { close(): void }) {
  const { search, change } = useUsersView();
  const [kept, setKept] = useState(readViews);
  const [name, setName] = useState('');
  const views: [string, UsersSearch][] = [
    ...USUAL.map(([label, make]): [string, UsersSearch] => [label, make()]),
    ...Object.entries(kept),
  ];
  return (
    <div className={classes.menu}>
      {views.map(([label, view]) => (
        <span key={label} className={classes.row}>
          <button
            type="button"
            className={classes.view}
            aria-current={search.view === label ? 'true' : undefined}
            onClick={() => {
              change({ ...NOTHING, ...view, view: label });
              close();
            }}
          >
            {label}
          </button>
          {Object.hasOwn(kept, label) && (
            <button
              type="button"
              className={classes.remove}
              aria-label={`Forget the view ${label}`}
              onClick={() => setKept(keepView(label, undefined))}
            >
              ×
            </button>
          )}
        </span>
      ))}
      <form
        className={classes.keep}
        onSubmit={event => {
          event.preventDefault();
          if (name.trim() === '') return;
          setKept(keepView(name.trim(), { ...search, view: undefined }));
          change({ ...search, view: name.trim() });
          close();
        }}
      >
        <input
          aria-label="Name of this view"
          placeholder="Keep this view as…"
          value={name}
          onChange={event => setName(event.target.value)}
        />
        <button type="submit">Keep</button>
      </form>
    </div>
  );
}

const NOTHING: UsersSearch = {
  q: undefined,
  filter: undefined,
  sort: undefined,
  columns: undefined,
  density: undefined,
  with: undefined,
};

function startOfDay(ms: number): number {
  return ms - (ms % DAY_MS);
}
