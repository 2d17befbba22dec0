import { type CountUsersAnswer, type ParsedFilter, RollcallError } from '@rollcall/protocol';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Dialect } from '../database/dialect.js';
import type { Transaction } from '../database/unit-of-work.js';
import { type UserRow, userTable } from '../users/model/user-table.js';
import { compileFilter, customPathsIn } from './compile-filter.js';
import { every } from './conditions.js';
import { readCursor, writeCursor } from './cursor.js';
import { pathsThatLackUsers, type UsableIndexes } from './custom-indexes.js';
import { findBeginning } from './few-users.js';
import type { JsonDialect } from './json-dialect.js';
import { jsonDialectOf } from './json-dialect-of.js';
import { normaliseFilter } from './normalise-filter.js';
import { mergedPart, type PagePart, pageParts } from './page-parts.js';
import {
  orderByColumns,
  planIndexedSort,
  planSort,
  type SortContext,
  sortCells,
  sortColumnNames,
  sortColumns,
} from './plan-sort.js';
import type { SortValue } from './sort-value.js';
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
  const { options } = query;
  if (options.next !== undefined && options.offset !== undefined) {
    throw new RollcallError('INPUT_INVALID', 'offset: pass either offset or next, not both', {
      field: 'offset',
    });
  }
  const last = options.next === undefined ? undefined : readCursor(query, options.next);
  const { dialect } = transaction;
  const json = jsonDialectOf(dialect);
  const { parts, read } = planPage(query, { json, viewpoint: query, last });
  const inOrderOfCreation = isByCreation(query.sort);
  const found = await selected(transaction, query, { json, inOrderOfCreation });

  // One extra row shows whether there is another page.
  const wanted = options.limit + 1;
  const cells: Record<string, unknown>[] = [];
  for (const part of parts) {
    const limits = { limit: wanted - cells.length, offset: options.offset ?? 0 };
    const page = pageStatement(part, { json, found, ...limits });
    cells.push(...(await transaction.query(rowsOfPage(page, part, { json, dialect }))));
    if (cells.length >= wanted) break;
  }

  const page = cells.slice(0, options.limit);
  const rows = page.map(cell => userTable.decode(cell, dialect));
  const lastCells = page.at(-1);
  if (cells.length <= options.limit || !lastCells) return { rows };
  return { rows, next: writeCursor(query, read(lastCells)) };
}

/** The parts of a page, and how the sort key of one of its rows is read. */
function planPage(
  { sort, options, indexedFields }: UserQuery,
  context: SortContext,
): { parts: PagePart[]; read(cells: Record<string, unknown>): SortValue[] } {
  const plan = planSort(sort, context);
  const read = (cells: Record<string, unknown>) => plan.read(sortCells(cells, plan.atoms));
  const first = sort[0]?.field;
  if (first?.kind !== 'custom' || !indexedFields.includes(first.path.join('.'))) {
    return { parts: pageParts(plan, { divisible: !options.offset }), read };
  }
  const { customIndex } = context.json;
  const held = { holds: customIndex.holds(first.path), lacks: customIndex.lacks(first.path) };
  return { parts: [mergedPart(planIndexedSort(sort, first.path, context), plan, held)], read };
}

/**
 * The rows that a statement finds, as the driver takes them best. It makes them so only of those rows: within the statement
 * itself, a sort without an index would make them of every user.
 */
function rowsOfPage(
  page: Sql,
  [list]: PagePart,
  { json, dialect }: { json: JsonDialect; dialect: Dialect },
): Sql {
  if (!dialect.rowAsCell || !list) return page;
  const rows = userTable.wideRows(dialect, 'page');
  const columns = sortColumnNames(list.atoms);
  const order = orderByColumns(list.atoms, json.missingFirst);
  return sql`SELECT ${rows}, ${raw(columns.join(', '))} FROM (${page}) AS page ORDER BY ${order}`;
}

/** The statement of one part of a page. */
function pageStatement(
  part: PagePart,
  { json, found, limit, offset }: { json: JsonDialect; found: Sql; limit: number; offset: number },
): Sql {
  const skipped = offset > 0 ? sql` OFFSET ${offset}` : empty;
  const lists = part.map(({ from, conditions, atoms }) => {
    const order = orderByColumns(atoms, json.missingFirst);
    const list = sql`SELECT ${raw(userTable.columnList)}, ${sortColumns(atoms)} FROM users${from} WHERE ${every([found, ...conditions])} ORDER BY ${order}`;
    return { list, order };
  });
  const [only, ...others] = lists;
  if (!only || others.length === 0) return sql`${only?.list ?? empty} LIMIT ${limit}${skipped}`;
  // Whatever comes after that in one of the lists comes after it in all of them together.
  const merged = lists.map(({ list }) => sql`SELECT * FROM (${list} LIMIT ${limit + offset}) AS list`);
  return sql`${join(merged, ' UNION ALL ')} ORDER BY ${only.order} LIMIT ${limit}${skipped}`;
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
  const found = await selected(transaction, selection, {
    json: jsonDialectOf(transaction.dialect),
    inOrderOfCreation: true,
  });
  // One more than that shows whether there are more.
  const [cells] = await transaction.query(
    sql`SELECT count(*) AS count FROM (SELECT 1 FROM users WHERE ${found} LIMIT ${upTo + 1}) AS counted`,
  );
  const count = Number(cells?.count);
  return count > upTo ? { count: upTo, more: true } : { count, more: false };
}

function isByCreation([first]: UserQuery['sort']): boolean {
  return first?.field.kind === 'built-in' && first.field.field === 'created_at';
}

/** The condition for the users of a selection. */
async function selected(
  transaction: Transaction,
  selection: UserSelection,
  { json, inOrderOfCreation }: { json: JsonDialect; inOrderOfCreation: boolean },
): Promise<Sql> {
  const filter = normaliseFilter(selection.filter);
  const { tenant } = selection;
  const indexes = await usableIndexes(transaction, filter, selection.indexedFields);
  const asked = { filter, tenant, inOrderOfCreation };
  const first = await findBeginning(transaction, asked, { lists: json.lists, indexes });
  // What is cheap comes first: of a user who fails it, the rest is not looked at.
  const rest = every([
    ...rangeConditions(selection, json),
    ...(tenant ? [json.belongsTo(tenant)] : []),
    compileFilter(filter, { json, viewpoint: selection, indexes }),
  ]);
  return first ? json.lists.beginWith(first, rest) : rest;
}

/** The indexes that the filter can use. */
async function usableIndexes(
  transaction: Transaction,
  filter: ParsedFilter,
  indexedFields: readonly string[],
): Promise<UsableIndexes> {
  const named = new Map(customPathsIn(filter).map(path => [path.join('.'), path]));
  const indexed = indexedFields.filter(name => named.has(name));
  const lacking = await pathsThatLackUsers(
    transaction,
    indexed.flatMap(name => [named.get(name) ?? []]),
  );
  return new Map(indexed.map(name => [name, { lacksUsers: lacking.has(name) }]));
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
