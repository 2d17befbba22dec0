import { type CountUsersAnswer, type ParsedFilter, RollcallError } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { type UserRow, userTable } from '../users/model/user-table.js';
import { compileFilter, customPathsIn, type FilterContext } from './compile-filter.js';
import { every } from './conditions.js';
import { readCursor, writeCursor } from './cursor.js';
import { pathsWithArrays } from './custom-indexes.js';
import type { JsonDialect } from './json-dialect.js';
import { jsonDialectOf } from './json-dialect-of.js';
import { normaliseFilter } from './normalise-filter.js';
import { orderBy, pageParts, planSort } from './plan-sort.js';
import { sortValueOf } from './sort-value.js';
import type { UserQuery, UserSelection } from './user-query.js';

/**
 * One page of the users that match a query, in its order, and the cursor of the next page if there is one.
 *
 * Following `next` reads the whole answer: a user that does not change meanwhile appears exactly once, whatever else is
 * written. There is no limit to its length, and a late page costs no more than the first.
 * @throws RollcallError `CURSOR_INVALID` for a cursor that was not issued for this query.
 */
export async function queryUsers(
  transaction: Transaction,
  query: UserQuery,
): Promise<{ rows: UserRow[]; next?: string }> {
  const { sort, options } = query;
  if (options.next !== undefined && options.offset !== undefined) {
    throw new RollcallError('INPUT_INVALID', 'offset: pass either offset or next, not both', {
      field: 'offset',
    });
  }
  const last = options.next === undefined ? undefined : readCursor(query, options.next);
  const { dialect } = transaction;
  const json = jsonDialectOf(dialect);
  const plan = planSort(sort, { json, viewpoint: query, last });
  const found = await selected(transaction, query, json);

  const offset = options.offset ? sql` OFFSET ${options.offset}` : empty;
  // One extra row shows whether there is another page.
  const wanted = options.limit + 1;
  const rows: UserRow[] = [];
  for (const part of pageParts(plan, { divisible: !options.offset })) {
    const order = orderBy(part.atoms, json.missingFirst);
    const cells = await transaction.query(
      sql`SELECT ${raw(userTable.columnList)} FROM users${plan.from} WHERE ${every([found, ...part.conditions])} ORDER BY ${order} LIMIT ${wanted - rows.length}${offset}`,
    );
    rows.push(...cells.map(cell => userTable.decode(cell, dialect)));
    if (rows.length >= wanted) break;
  }

  const page = rows.slice(0, options.limit);
  const lastRow = page.at(-1);
  if (rows.length <= options.limit || !lastRow) return { rows: page };
  const lastValues = sort.map(key => sortValueOf(lastRow, key, query));
  return { rows: page, next: writeCursor(query, lastValues) };
}

/**
 * Counts the users of a selection, no further than asked: it costs as much as finding so many of them.
 * @param upTo the most that are counted.
 */
export async function countUsers(
  transaction: Transaction,
  selection: UserSelection,
  upTo: number,
): Promise<CountUsersAnswer> {
  const found = await selected(transaction, selection, jsonDialectOf(transaction.dialect));
  // One more than that shows whether there are more.
  const [cells] = await transaction.query(
    sql`SELECT count(*) AS count FROM (SELECT 1 FROM users WHERE ${found} LIMIT ${upTo + 1}) AS counted`,
  );
  const count = Number(cells?.count);
  return count > upTo ? { count: upTo, more: true } : { count, more: false };
}

/** The condition for the users of a selection. */
async function selected(transaction: Transaction, selection: UserSelection, json: JsonDialect): Promise<Sql> {
  const filter = normaliseFilter(selection.filter);
  const indexes = await usableIndexes(transaction, filter, selection.indexedFields);
  // What is cheap comes first: of a user who fails it, the rest is not looked at.
  return every([
    ...rangeConditions(selection, json),
    ...(selection.tenant ? [json.belongsTo(selection.tenant)] : []),
    compileFilter(filter, { json, viewpoint: selection, indexes }),
  ]);
}

/** The indexes that the filter can use. */
async function usableIndexes(
  transaction: Transaction,
  filter: ParsedFilter,
  indexedFields: readonly string[],
): Promise<FilterContext['indexes']> {
  const named = new Map(customPathsIn(filter).map(path => [path.join('.'), path]));
  const indexed = indexedFields.filter(name => named.has(name));
  const withArrays = await pathsWithArrays(
    transaction,
    indexed.flatMap(name => [named.get(name) ?? []]),
  );
  return new Map(indexed.map(name => [name, { hasArrays: withArrays.has(name) }]));
}

/** The conditions that the options add to the filter. */
function rangeConditions({ options }: UserSelection, json: JsonDialect): Sql[] {
  const bounds: [string, string | number | undefined][] = [
    ['id >', options.id_gt],
    ['id >=', options.id_gte],
    ['id <', options.id_lt],
    ['id <=', options.id_lte],
    ['created_at >', options.created_at_after],
    ['created_at >=', options.created_at_after_or_equal],
    ['created_at <', options.created_at_before],
    ['created_at <=', options.created_at_before_or_equal],
  ];
  return [
    ...bounds.flatMap(([bound, value]) => (value === undefined ? [] : [sql`users.${raw(bound)} ${value}`])),
    ...(options.include_deleted_users ? [] : [json.isMostlyNull(sql`users.deleted_at`)]),
    ...(options.include_deactivated_users ? [] : [json.isMostlyNull(sql`users.deactivated_at`)]),
  ];
}
