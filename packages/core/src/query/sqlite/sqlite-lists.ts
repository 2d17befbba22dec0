import sql, { raw, type Sql } from 'sql-template-tag';
import type { ListedUsers, UserListsDialect } from '../user-lists.js';
import type { ValueTest } from '../value-test.js';
import { sqliteCustomIndex } from './sqlite-custom-index.js';
import { keyTableOf } from './sqlite-key-table.js';

/** The index that begins with a built-in field, and what it goes on with. */
const INDEXES: Readonly<Record<string, { name: string; isDated: boolean }>> = {
  created_at: { name: 'users_created_at', isDated: true },
  updated_at: { name: 'users_updated_at', isDated: false },
  last_active: { name: 'users_last_active', isDated: false },
  name: { name: 'users_name', isDated: false },
  role: { name: 'users_role', isDated: true },
  language: { name: 'users_language', isDated: false },
  deactivated_at: { name: 'users_deactivated_at', isDated: false },
};

/** The index of those of whom a built-in field is true. It holds nobody else. */
const FLAGS: Readonly<Record<string, string>> = {
  online: 'users_online',
  banned: 'users_banned',
  shadow_banned: 'users_shadow_banned',
  invisible: 'users_invisible',
};

/** The most teams in each of which a user is looked up. */
const MAX_LOOK_UPS = 4;

/** Comes after every word that begins as it does. */
const AFTER_ALL = '\u{10FFFF}';

/**
 * SQLite knows nothing of how many users have a value. An index is named where the planner would rather look a user up by
 * the id, and then read its row.
 */
export const sqliteLists: UserListsDialect = {
  ofTeams: teams => ({
    rows: sql`SELECT created_at, id FROM user_teams WHERE team IN (SELECT value FROM json_each(${JSON.stringify(teams)}))`,
    isDated: true,
    isKeyed: teams.length <= MAX_LOOK_UPS,
  }),

  ofWord: (field, beginning) => {
    // What is written without spaces is one word of several in the column, which follow each other.
    const [first = '', ...others] = beginning.split(' ');
    const word =
      others.length > 0 ? sql`word = ${first}` : sql`word >= ${first} AND word < ${first + AFTER_ALL}`;
    return {
      rows: sql`SELECT created_at, id FROM user_words WHERE field = ${field} AND ${word}`,
      isDated: true,
      isKeyed: false,
    };
  },

  ofField: (field, test) => {
    if (FLAGS[field]) return flagged(field, FLAGS[field], test);
    const index = INDEXES[field];
    const passes = index && columnPasses(raw(`users.${field}`), test);
    if (!passes) return undefined;
    const isKeyed = index.isDated && hasOneValue(test);
    const createdAt = index.isDated ? sql`created_at` : sql`NULL AS created_at`;
    return {
      rows: sql`SELECT ${createdAt}, id FROM users INDEXED BY ${raw(index.name)} WHERE ${passes}`,
      isDated: index.isDated,
      isKeyed,
      field,
      ...((isKeyed || field === 'created_at') && { inOrder: passes }),
    };
  },

  ofCustom: (path, test) => {
    const passes = sqliteCustomIndex.passes(path, test);
    if (!passes) return undefined;
    const isOne = hasOneValue(test);
    const index = { path, isInOrder: isOne };
    return { rows: heldInIndex(path, passes), isDated: true, isKeyed: isOne, index };
  },

  lacking: path => ({
    rows: heldInIndex(path, sqliteCustomIndex.lacks(path)),
    isDated: true,
    isKeyed: true,
  }),

  plannerCounts: false,
  gatheredIds: sql`json_group_array(id)`,
  areAmong: ids => sql`users.id IN (SELECT value FROM json_each(${ids}))`,
  // No index answers a CASE, however good it may look to the planner.
  beginWith: (first, rest) => sql`(${first} AND CASE WHEN TRUE THEN ${rest} END)`,
};

/** The users of whom the index of a custom path says what the condition asks. */
function heldInIndex(path: readonly string[], condition: Sql): Sql {
  const { name, createdAt, id } = keyTableOf(path);
  return sql`SELECT ${createdAt} AS created_at, ${id} AS id FROM ${raw(name)} WHERE ${condition}`;
}

function hasOneValue(test: ValueTest): boolean {
  return test.kind === 'in' && test.values.length === 1;
}

/**
 * Everybody of whom the column is true. It may say more than the field: an invisible user is online, too, and a ban that has run
 * out is still there. The filter leaves them out.
 */
function flagged(field: string, index: string, test: ValueTest): ListedUsers | undefined {
  if (!hasOneValue(test) || (test as { values: unknown[] }).values[0] !== true) return undefined;
  const rows = sql`SELECT created_at, id FROM users INDEXED BY ${raw(index)} WHERE ${raw(field)}`;
  return { rows, isDated: true, isKeyed: true, inOrder: raw(`users.${field}`) };
}

/** A test as a condition that no NULL passes; undefined when one may. */
function columnPasses(column: Sql, test: ValueTest): Sql | undefined {
  if (test.kind === 'order') return sql`${column} ${raw(test.operator)} ${test.value}`;
  if (test.kind === 'exists') return sql`${column} IS NOT NULL`;
  if (test.kind !== 'in' || test.values.includes(null)) return undefined;
  const [only] = test.values;
  return test.values.length === 1
    ? sql`${column} = ${only}`
    : sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(test.values)}))`;
}
