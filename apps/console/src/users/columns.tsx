import type { JsonValue, User } from '@rollcall/client/server';
import type { ReactNode } from 'react';
import { Moment } from '../frame/moment.js';
import classes from './columns.module.css';
import { valueAt } from './custom-path.js';
import { StateTags } from './state-tags.js';

/** A column of the list of users. */
export interface Column {
  /** A built-in column, or a path into custom data. */
  key: string;
  heading: string;
  width: string;
  /** The field that it sorts by. */
  sort?: string;
  /** What a change is judged by: the cell flashes when this has become something else. */
  value(user: User): unknown;
  cell(user: User): ReactNode;
}

const WIDE = 'minmax(160px, 2fr)';
const MIDDLE = 'minmax(110px, 1fr)';

const moment = (key: 'last_active' | 'created_at' | 'updated_at', heading: string): Column => ({
  key,
  heading,
  width: MIDDLE,
  sort: key,
  value: user => user[key],
  cell: user => {
    const at = user[key];
    return at === undefined ? <span className={classes.dim}>never</span> : <Moment at={at} />;
  },
});

const BUILT_IN: Column[] = [
  {
    key: 'name',
    heading: 'Name',
    width: WIDE,
    sort: 'name',
    value: ({ name, online, banned, deactivated_at, deleted_at }) =>
      [name, online, banned, deactivated_at, deleted_at].join(),
    cell: user => (
      <span className={classes.name}>
        <Presence online={user.online} />
        <span className={classes.cut}>{user.name ?? <span className={classes.dim}>no name</span>}</span>
        <StateTags user={user} />
      </span>
    ),
  },
  {
    key: 'id',
    heading: 'Id',
    width: MIDDLE,
    sort: 'id',
    value: ({ id }) => id,
    cell: ({ id }) => <code className={classes.dim}>{id}</code>,
  },
  {
    key: 'role',
    heading: 'Role',
    width: '96px',
    sort: 'role',
    value: user => user.role,
    cell: user => user.role,
  },
  {
    key: 'teams',
    heading: 'Teams',
    width: MIDDLE,
    value: ({ teams }) => teams.join(),
    cell: ({ teams }) => teams.join(', '),
  },
  moment('last_active', 'Last active'),
  moment('created_at', 'Created'),
  moment('updated_at', 'Updated'),
  {
    key: 'language',
    heading: 'Language',
    width: '96px',
    sort: 'language',
    value: user => user.language,
    cell: user => user.language,
  },
  {
    key: 'revision',
    heading: 'Revision',
    width: '80px',
    value: user => user.revision,
    cell: user => user.revision,
  },
  {
    key: 'custom',
    heading: 'Custom data',
    width: WIDE,
    value: ({ custom }) => JSON.stringify(custom),
    cell: ({ custom }) => {
      const parts = Object.entries(custom).map(([key, value]) => `${key}: ${brief(value)}`);
      return <span className={classes.dim}>{parts.join(' · ')}</span>;
    },
  },
];

/** The keys of the columns that the console knows by itself. */
export const BUILT_IN_COLUMNS = BUILT_IN.map(({ key }) => key);

const USUAL = 'name,id,role,teams,last_active,custom';

/** The columns of a view. A key that is no built-in column is a path into custom data. */
export function columnsOf(keys: string = USUAL): Column[] {
  const wanted = [...new Set(['name', ...keys.split(',')])].filter(Boolean);
  return wanted.map(key => BUILT_IN.find(column => column.key === key) ?? customColumn(key));
}

function customColumn(path: string): Column {
  const value = ({ custom }: User) => valueAt(custom, path);
  return {
    key: path,
    heading: path,
    width: MIDDLE,
    sort: path,
    value: user => JSON.stringify(value(user)),
    cell: user => {
      const found = value(user);
      return found === undefined ? '' : brief(found);
    },
  };
}

/** The least width of rows with these columns, in pixels: narrower than that, the grid scrolls sideways. */
export function leastWidth(columns: readonly Column[]): number {
  const least = columns.map(({ width }) => Number.parseInt(width.replace('minmax(', ''), 10));
  return least.reduce((sum, one) => sum + one, BESIDE_COLUMNS);
}

/** The checkbox and what is left and right of a row. */
const BESIDE_COLUMNS = 64;

/** A value in a few characters. */
function brief(value: JsonValue): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(brief).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([key, inner]) => `${key}: ${brief(inner)}`);
  return `{ ${parts.join(', ')} }`;
}

/** Whether somebody is online, as a dot that is full or empty and says so. */
export function Presence({ online }: { online: boolean }) {
  const word = online ? 'online' : 'offline';
  return <span role="img" className={classes.presence} data-online={online} aria-label={word} title={word} />;
}
