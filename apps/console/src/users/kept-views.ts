import { readUsersSearch, type UsersSearch } from './users-search.js';

const KEY = 'rollcall.views';

/** The views that were kept in this browser, by name. They outlive a session: a view that is kept is wanted again. */
export function readViews(): Record<string, UsersSearch> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    if (typeof kept !== 'object' || kept === null) return {};
    return Object.fromEntries(
      Object.entries(kept).map(([name, view]) => [name, readUsersSearch(view ?? {})]),
    );
  } catch {
    return {};
  }
}

/** Keeps a view, or forgets it. Returns all of them. */
export function keepView(name: string, view: UsersSearch | undefined): Record<string, UsersSearch> {
  const { [name]: _before, ...others } = readViews();
  // A task is of one moment.
  const views = view === undefined ? others : { ...others, [name]: { ...view, task: undefined } };
  localStorage.setItem(KEY, JSON.stringify(views));
  return views;
}
