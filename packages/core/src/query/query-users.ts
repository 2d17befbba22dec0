import { type CountUsersAnswer, type ParsedSortKey, RollcallError } from '@rollcall/protocol';
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { Dialect } from '../database/dialect.js';
import type { Transaction } from '../database/unit-of-work.js';
import { type UserRow, userTable } from '../users/model/user-table.js';
import { builtInColumn } from './built-in-columns.js';
import { every } from './conditions.js';
import { readCursor, writeCursor } from './cursor.js';
import { type CreationPage, FEW, type Look, type NeededOrder } from './few-users.js';
import type { JsonDialect } from './json-dialect.js';
import { jsonDialectOf } from './json-dialect-of.js';
import { nextUsers, type PagePart, pageList, pageParts, sortedPageList } from './page-parts.js';
import {
  orderByColumns,
  planIndexedSort,
  planSort,
  type SortPlan,
  sortCells,
  sortColumnNames,
  sortColumns,
} from './plan-sort.js';
import { type Selected, selectUsers } from './select-users.js';
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
  const [first] = query.sort;
  const sorted = first?.field.kind === 'custom' ? first.field.path : undefined;
  const sortedBy = first?.field.kind === 'built-in' ? first.field.field : undefined;
  const order = orderOf(query, sorted);
  // One extra row shows whether there is another page.
  const wanted = options.limit + 1;
  const readPage = async (look?: Look) => {
    const selected = await selectUsers(transaction, query, { json, sorted, sortedBy, order, look });
    const plan = planPage(query, { json, last, selected, sorted, order });
    const cells = await readParts(transaction, plan, { json, wanted, offset: options.offset ?? 0 });
    const { beginning } = selected;
    const isWhole = beginning.kind !== 'condition' || !beginning.isPart || cells.length >= wanted;
    return { cells, read: plan.read, isWhole };
  };
  const [look, ...further] = looksFor(query, { json, last, wanted, order });
  let answer = await readPage(look);
  for (const next of further) if (!answer.isWhole) answer = await readPage(next);
  const { cells, read } = answer;

  const page = cells.slice(0, options.limit);
  const rows = page.map(cell => userTable.decode(cell, dialect));
  const lastCells = page.at(-1);
  if (cells.length <= options.limit || !lastCells) return { rows };
  return { rows, next: writeCursor(query, read(lastCells)) };
}

/** Where the users of a page are looked for, one after the other; undefined is everywhere. */
function looksFor(
  query: UserQuery,
  {
    json,
    last,
    wanted,
    order,
  }: { json: JsonDialect; last: SortValue[] | undefined; wanted: number; order: NeededOrder },
): (Look | undefined)[] {
  const page = creationPage(query, last, wanted);
  if (page) return [{ how: 'near', page }, { how: 'far', page }, undefined];
  const { sort, options } = query;
  const [first, second, ...others] = sort;
  const isOne = isBuiltIn(second, 'id') && others.length === 0 && first?.direction === second?.direction;
  if (order !== 'of an index' || !isOne || options.offset || first?.field.kind !== 'built-in')
    return [undefined];
  const field = first.field.field;
  if (field === 'teams' || !builtInColumn(field, query).indexed) return [undefined];
  const next = nextUsers(planSort(sort, { json, viewpoint: query, last }), FEW);
  return [{ how: 'near', next }, undefined];
}

/** The page of a query as one in the order of creation; undefined when it has another order. */
function creationPage(
  { sort, options }: UserQuery,
  last: readonly SortValue[] | undefined,
  users: number,
): CreationPage | undefined {
  const [first, second, ...others] = sort;
  const isCreation = isBuiltIn(first, 'created_at') && isBuiltIn(second, 'id') && others.length === 0;
  if (!isCreation || first?.direction !== second?.direction || options.offset) return undefined;
  const [createdAt, id] = last ?? [];
  const after = createdAt?.kind === 'number' && id?.kind === 'string';
  return {
    users,
    descending: first?.direction === -1,
    after: after ? [createdAt.value, id.value] : undefined,
  };
}

function isBuiltIn(key: ParsedSortKey | undefined, name: string): boolean {
  return key?.field.kind === 'built-in' && key.field.field === name;
}

/** The first rows of the parts of a page, as many as are wanted. */
async function readParts(
  transaction: Transaction,
  { parts, isInOrder }: PagePlan,
  { json, wanted, offset }: { json: JsonDialect; wanted: number; offset: number },
): Promise<Record<string, unknown>[]> {
  const { dialect } = transaction;
  const columns: PageColumns = isInOrder || !dialect.rowAsCell ? 'all' : 'id';
  const cells: Record<string, unknown>[] = [];
  for (const part of parts) {
    const page = pageStatement(part, { json, columns, limit: wanted - cells.length, offset });
    cells.push(...(await transaction.query(rowsOfPage(page, part, { json, dialect, columns }))));
    if (cells.length >= wanted) break;
  }
  return cells;
}

/** The order that a query needs, as far as indexes have it. */
function orderOf({ sort, indexedFields }: UserQuery, sorted: readonly string[] | undefined): NeededOrder {
  const [first] = sort;
  if (sorted) return indexedFields.includes(sorted.join('.')) ? 'of an index' : 'of no index';
  if (first?.field.kind !== 'built-in' || first.field.field === 'teams') return 'of no index';
  return first.field.field === 'created_at' ? 'creation' : 'of an index';
}

/** How a page is read. */
interface PagePlan {
  parts: PagePart[];
  /** The sort key of one of its rows. */
  read(cells: Record<string, unknown>): SortValue[];
  /** Whether an index gives the users in the order of the page, so that none are read who are not on it. */
  isInOrder: boolean;
}

/** How a page of the selected users is read, in the order of the query. */
function planPage(
  query: UserQuery,
  {
    json,
    last,
    selected,
    sorted,
    order,
  }: {
    json: JsonDialect;
    last: SortValue[] | undefined;
    selected: Selected;
    sorted: readonly string[] | undefined;
    order: NeededOrder;
  },
): PagePlan {
  const { sort, options } = query;
  const { beginning, serving, found } = selected;
  const plan = planSort(sort, { json, viewpoint: query, last });
  const read = (cells: Record<string, unknown>) => plan.read(sortCells(cells, plan.atoms));
  const isServed = sorted !== undefined && serving.has(sorted.join('.'));
  // Where few users are found otherwise, nothing is gained by the order of the index.
  const inOrder = isServed && (json.customIndex.isFoundByPlanner || beginning.kind !== 'condition');
  const path = beginning.kind === 'index' ? beginning.path : inOrder ? sorted : undefined;
  if (!path) {
    const isInOrder = beginning.kind === 'any' && order !== 'of no index';
    return { parts: pageParts(plan, found, { divisible: !options.offset }), read, isInOrder };
  }

  const isSort = isServed && path.join('.') === sorted?.join('.');
  const { customIndex } = json;
  const lists = selected.listsOf(path).map(({ source, conditions, isHeld, required }) => {
    const context = { json, viewpoint: { ...query, source }, last };
    if (!isSort || !isHeld) return pageList(planSort(sort, context), source, conditions);
    const indexed = planIndexedSort(sort, path, context);
    const columns = [...customIndex.sortExpressions(path), source.createdAt, source.id];
    if (!customIndex.sorted || !isKnownTo(columns, indexed)) return pageList(indexed, source, conditions);
    const sorted = (condition: Sql, order: Sql) => customIndex.sorted?.(path, { condition, order }) ?? empty;
    return sortedPageList(indexed, conditions, { held: [customIndex.holds(path), ...required], sorted });
  });
  return { parts: [lists], read, isInOrder: isSort || (beginning.kind === 'index' && beginning.isInOrder) };
}

/**
 * What is selected of the users of a page before they are sorted: all columns, or the id, by which the others are looked up
 * for those who are on the page. A sort carries what is selected of everybody whom it sorts.
 */
type PageColumns = 'all' | 'id';

/** Whether columns know all of an order, and do not have it already. */
function isKnownTo(columns: readonly Sql[], { atoms }: SortPlan): boolean {
  const texts = columns.map(column => column.sql);
  const inOrder = atoms.every(
    ({ expression, descending }, place) =>
      expression.sql === texts[place] && descending === atoms[0]?.descending,
  );
  return !inOrder && atoms.every(({ expression }) => texts.includes(expression.sql));
}

/**
 * The rows that a statement finds, as the driver takes them best. It makes them so only of those rows: within the statement
 * itself, a sort without an index would make them of every user.
 */
function rowsOfPage(
  page: Sql,
  [list]: PagePart,
  { json, dialect, columns }: { json: JsonDialect; dialect: Dialect; columns: PageColumns },
): Sql {
  if (!dialect.rowAsCell || !list) return page;
  const rows = userTable.wideRows(dialect, columns === 'all' ? 'page' : 'users');
  const from = columns === 'all' ? empty : sql` CROSS JOIN users ON users.id = page.id`;
  const sorts = sortColumnNames(list.atoms);
  const order = orderByColumns(list.atoms, json.missingFirst);
  return sql`SELECT ${rows}, ${raw(sorts.join(', '))} FROM (${page}) AS page${from} ORDER BY ${order}`;
}

/** The statement of one part of a page. */
function pageStatement(
  part: PagePart,
  {
    json,
    columns,
    limit,
    offset,
  }: { json: JsonDialect; columns: PageColumns; limit: number; offset: number },
): Sql {
  const skipped = offset > 0 ? sql` OFFSET ${offset}` : empty;
  const lists = part.map(({ from, conditions, atoms, isSorted }) => {
    const order = orderByColumns(atoms, json.missingFirst);
    const inOrder = isSorted ? empty : sql` ORDER BY ${order}`;
    const list = sql`SELECT ${raw(columns === 'all' ? userTable.columnList : 'users.id')}, ${sortColumns(atoms)} FROM ${from} WHERE ${every(conditions)}${inOrder}`;
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
  const json = jsonDialectOf(transaction.dialect);
  const { beginning, found, listsOf } = await selectUsers(transaction, selection, { json, order: 'any' });
  const lists =
    beginning.kind === 'index'
      ? listsOf(beginning.path).map(
          ({ source, conditions }) => sql`SELECT 1 FROM ${source.from} WHERE ${every(conditions)}`,
        )
      : [sql`SELECT 1 FROM users WHERE ${found}`];
  // One more than that shows whether there are more.
  const [cells] = await transaction.query(
    sql`SELECT count(*) AS count FROM (${join(lists, ' UNION ALL ')} LIMIT ${upTo + 1}) AS counted`,
  );
  const count = Number(cells?.count);
  return count > upTo ? { count: upTo, more: true } : { count, more: false };
}
