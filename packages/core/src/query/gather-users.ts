import sql, { join, type Sql } from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { type UserRow, userTable } from '../users/model/user-table.js';
import { compileFilter } from './compile-filter.js';
import { every } from './conditions.js';
import { jsonDialectOf } from './json-dialect-of.js';
import { normaliseFilter } from './normalise-filter.js';
import { rangeConditions, selectUsers } from './select-users.js';
import type { UserSelection } from './user-query.js';
import { ALL_USERS } from './user-source.js';

/** Some users of a selection by their ids, which are a range of all its ids in their order. */
export interface GatheredList {
  first: string;
  last: string;
  ids: string[];
}

/**
 * The ids of the users of a selection, as lists in the order of the ids. The engine puts the lists together, so that a million
 * users are some thousand rows.
 * @returns undefined when there are more users than `upTo`.
 */
export async function gatherUsers(
  transaction: Transaction,
  selection: UserSelection,
  { upTo, listSize }: { upTo: number; listSize: number },
): Promise<GatheredList[] | undefined> {
  const json = jsonDialectOf(transaction.dialect);
  const { beginning, found, listsOf } = await selectUsers(transaction, selection, { json, order: 'any' });
  const parts: Sql[] =
    beginning.kind === 'index'
      ? listsOf(beginning.path).map(
          ({ source, conditions }) =>
            sql`SELECT users.id AS id FROM ${source.from} WHERE ${every(conditions)}`,
        )
      : [sql`SELECT users.id AS id FROM users WHERE ${found}`];
  const cells = await transaction.query(
    sql`SELECT min(id) AS first, max(id) AS last, count(*) AS count, ${json.lists.gatheredIds} AS ids FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / CAST(${listSize} AS integer) AS place
        FROM (${join(parts, ' UNION ALL ')} LIMIT ${upTo + 1}) AS found
      ) AS placed GROUP BY place ORDER BY place`,
  );
  const count = cells.reduce((sum, cell) => sum + Number(cell.count), 0);
  if (count > upTo) return undefined;
  return cells.map(cell => ({
    first: cell.first as string,
    last: cell.last as string,
    ids: JSON.parse(cell.ids as string) as string[],
  }));
}

/**
 * Those of some users who belong to a selection at this moment, with everything that is stored about them, in the order of
 * their ids. It locks them for writing until this transaction ends.
 */
export async function holdSelected(
  transaction: WriteTransaction,
  selection: UserSelection,
  ids: readonly string[],
): Promise<UserRow[]> {
  const { dialect } = transaction;
  const json = jsonDialectOf(dialect);
  const filter = normaliseFilter(selection.filter);
  const viewpoint = { ...selection, source: ALL_USERS };
  const matches = every([
    ...rangeConditions(selection, json, ALL_USERS),
    // So few users are looked at one by one, so no index of a custom path is asked.
    compileFilter(filter, { json, viewpoint, indexes: new Map() }),
  ]);
  const condition = json.lists.beginWith(json.lists.areAmong(JSON.stringify(ids)), matches);
  const cells = await transaction.query(
    sql`SELECT ${userTable.wideRows(dialect)} FROM users WHERE ${condition} ORDER BY users.id${dialect.forUpdate}`,
  );
  return cells.map(cell => userTable.decode(cell, dialect));
}
