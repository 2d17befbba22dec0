import type { JsonObject } from '@rollcall/client/server';
import type { UserList } from './users-page-query.js';

/** All of a view of the list of users, as its address holds it: a reload, or a link in a chat, shows the same. */
export interface UsersSearch {
  /** What is typed into the search. */
  q?: string;
  filter?: JsonObject;
  /** A field; with `-` in front, from its end. */
  sort?: string;
  /** Column keys with commas between, in their order. */
  columns?: string;
  density?: 'compact';
  /** Who is shown beside those who are active. */
  with?: 'deactivated' | 'deleted';
  /** The name of the view that this is. */
  view?: string;
  /** The task that is followed over the list. */
  task?: string;
}

/** Reads an address. What it cannot mean is left out. */
export function readUsersSearch(given: Record<string, unknown>): UsersSearch {
  const { q, filter, sort, columns, density, with: also, view, task } = given;
  const search: UsersSearch = {};
  // A search for digits comes out of the address as a number.
  if ((typeof q === 'string' || typeof q === 'number') && q !== '') search.q = String(q);
  if (isObject(filter) && Object.keys(filter).length > 0) search.filter = filter as JsonObject;
  if (typeof sort === 'string' && /^-?[^-\s]\S*$/.test(sort)) search.sort = sort;
  if (typeof columns === 'string' && columns !== '') search.columns = columns;
  if (density === 'compact') search.density = density;
  if (also === 'deactivated' || also === 'deleted') search.with = also;
  if (typeof view === 'string' && view !== '') search.view = view;
  if (typeof task === 'string' && task !== '') search.task = task;
  return search;
}

/** The list that a view asks for. */
export function listOf(search: UsersSearch): UserList {
  const filter = search.filter ?? {};
  return {
    filter: search.q === undefined ? filter : searched(filter, search.q),
    sort: search.sort === undefined ? [] : [sortKey(search.sort)],
    deactivated: search.with !== undefined,
    deleted: search.with === 'deleted',
  };
}

function searched(filter: JsonObject, q: string): JsonObject {
  const found: JsonObject = { $or: [{ name: { $autocomplete: q } }, { id: { $autocomplete: q } }] };
  return Object.keys(filter).length === 0 ? found : { $and: [filter, found] };
}

/** The key of a sort: `-age` begins with the highest. */
function sortKey(sort: string): { field: string; direction: 1 | -1 } {
  return sort.startsWith('-') ? { field: sort.slice(1), direction: -1 } : { field: sort, direction: 1 };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
