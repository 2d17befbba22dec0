/**
 * Planners choose between two ways to the first page of a filter: to begin with the users whom an index finds, and to look at
 * the users in the order of the page until enough of them match. Where few users match, the second way looks at all of them.
 * An engine that cannot know how many match is told: the users whom its indexes find are counted beforehand, but not far.
 * If they are few, the query begins with them.
 *
 * Several indexes may find many users each, and few together. They have their users in one order, so what they find together
 * is read from the indexes alone.
 *
 * Where many match, they come soon in any order, unless they all come last in it. So a query looks at the next few thousand
 * users in the order of the page, and if they do not fill it, it begins with those whom an index finds after all.
 */
import type { ParsedFilter } from '@rollcall/protocol';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { direction, every } from './conditions.js';
import {
  appearIn,
  type ListContext,
  listsOf,
  listsOfTenant,
  rowsOf,
  type UserList,
  type UserListsDialect,
} from './user-lists.js';

/** To look at no more users than this costs less than to look their ids up in other lists. */
const HANDFUL = 100;

/** With no more users than this a query begins with them. With more, one of them soon comes in any order. */
export const FEW = 5000;

/** No more users than this are looked up in the other lists, to learn how many are in all of them. */
const MANY = 20_000;

/** No more users than this are read and sorted instead of being met in the order of the page, in which they may come last. */
const MOST = 100_000;

/**
 * Where a list has to be sorted for a page, so many times as many users as the page has are looked at first: the rest of the
 * filter may leave some of them out.
 */
const FIRST_PAGES = 4;

/** The most lists that are counted for one query. */
const MAX_LISTS = 8;

/**
 * The order in which a query needs its users: that of their creation, that of another index, one that no index has, so that it
 * looks at all of them, or any.
 */
export type NeededOrder = 'creation' | 'of an index' | 'of no index' | 'any';

/** What a selection asks for that an index may answer. */
interface Asked {
  filter: ParsedFilter;
  tenant: readonly string[] | undefined;
  order: NeededOrder;
  /** The built-in field that comes first in the order. */
  sortedBy?: string | undefined;
  /** Where the users of the page are looked for; absent: everywhere. */
  look?: Look | undefined;
}

/** Where the users of a page are looked for, before they are looked for everywhere. */
export interface Look {
  /** `near`, among the next ones of all or the first ones of a short list; or `far`, among the first ones of a longer list. */
  how: 'near' | 'far';
  /** The page, if it is one in the order of creation and nothing else. */
  page?: CreationPage | undefined;
  /** The condition of the next {@link FEW} users of all in the order of an index, where that is another one. */
  next?: Sql | undefined;
}

/** A page of users in the order of their creation. */
export interface CreationPage {
  users: number;
  descending: boolean;
  /** The time of creation and the id of the last user of the page before. */
  after?: readonly [createdAt: number, id: string] | undefined;
}

/** With whom a query does best to begin. */
export type Beginning =
  /** The planner may choose. */
  | { kind: 'any' }
  /**
   * The users for whom a condition holds. With `isPart` these are the first ones of all who are found: when the page is not full,
   * there may be more of them.
   */
  | { kind: 'condition'; condition: Sql; isPart?: boolean }
  /** Those whom the index of a custom path finds, and whether they come in the order that the query needs. */
  | { kind: 'index'; path: readonly string[]; isInOrder: boolean };

const ANY: Beginning = { kind: 'any' };

/** With whom a query does best to begin. */
export async function findBeginning(
  transaction: Transaction,
  { filter, tenant, order, sortedBy, look }: Asked,
  context: ListContext,
): Promise<Beginning> {
  const { lists: dialect } = context;
  const lists = [...listsOfTenant(tenant, context), ...listsOf(filter, context)].slice(0, MAX_LISTS);
  const [only] = lists;
  if (!only) return ANY;
  if (lists.length === 1 && hasOrder(only, order)) {
    // The planner cannot do better than to read the one list, which has the order.
    return only.index ? byIndex(only.index, true) : ANY;
  }

  const page = look?.page;
  const isNear = look?.how === 'near';
  const furthest = furthestCount({ lists, order, isNear, dialect });
  const counted = await count(transaction, lists, furthest + 1);
  const [smallest, ...others] = counted.sort((one, other) => one.count - other.count);
  if (!smallest) return ANY;
  const { list, count: listed } = smallest;
  if (listed <= FEW && hasOrder(list, order)) {
    if (list.index) return byIndex(list.index, true);
    if (list.inOrder) return { kind: 'condition', condition: list.inOrder };
  }
  const keyed = others.map(other => other.list).filter(other => other.isKeyed);
  const narrows = listed > HANDFUL && listed <= MANY && list.isDated && keyed.length > 0;
  if (page && !narrows && list.isDated && listed > FIRST_PAGES * page.users) {
    const most = isNear ? FIRST_PAGES * page.users : FEW;
    if (listed <= (isNear ? FEW : furthest)) {
      const { ids, isPart } = await findFirst(transaction, dialect, { list, page, most });
      return { ...among(dialect, ids), isPart };
    }
  }
  if (listed <= FEW || narrows) {
    const found = await find(transaction, dialect, { list, others: narrows ? keyed : [] });
    if (found.count <= FEW) return among(dialect, found.ids);
  }
  // No planner knows of these indexes. Without them it looks at all users, in the best case until it has a page.
  const best = counted.find(one => one.list.index && (hasOrder(one.list, order) || one.count <= MANY));
  const needed = order === 'of no index' ? counted.find(one => one.list.index) : best;
  if (needed?.list.index) return byIndex(needed.list.index, hasOrder(needed.list, order));
  if (dialect.plannerCounts) return ANY;
  if (isNear) return page ? findNear(transaction, page) : nextOnes(look.next);
  // The planner reads from where the sort and the list are the same, and counts those of a single list as it meets them.
  const isSort = order === 'of an index' && (sortedBy === undefined || list.field === sortedBy);
  const isEnough = order === 'any' && lists.length === 1;
  return listed > furthest || isSort || isEnough
    ? ANY
    : { kind: 'condition', condition: sql`users.id IN (SELECT id FROM (${rowsOf(list)}) AS listed)` };
}

/** No more users of a list than this are counted. */
function furthestCount({
  lists,
  order,
  isNear,
  dialect,
}: Pick<Asked, 'order'> & {
  lists: readonly UserList[];
  isNear: boolean;
  dialect: UserListsDialect;
}): number {
  const isOne = lists.length === 1 && !lists[0]?.index;
  if (dialect.plannerCounts || isNear || (order === 'any' && isOne)) return isOne ? FEW : MANY;
  return MOST;
}

function byIndex({ path }: { path: readonly string[] }, isInOrder: boolean): Beginning {
  return { kind: 'index', path, isInOrder };
}

function among(dialect: UserListsDialect, ids: string): Beginning & { kind: 'condition' } {
  return { kind: 'condition', condition: dialect.areAmong(ids) };
}

/** Whether a list gives its users in the order that a query needs. */
function hasOrder({ inOrder, index }: UserList, order: NeededOrder): boolean {
  if (order === 'any') return inOrder !== undefined || index !== undefined;
  return order === 'creation' && (inOrder !== undefined || index?.isInOrder === true);
}

async function count(
  transaction: Transaction,
  lists: readonly UserList[],
  upTo: number,
): Promise<{ list: UserList; count: number }[]> {
  const columns = lists.map(
    (list, place) =>
      sql`(SELECT count(*) FROM (SELECT 1 FROM (${rowsOf(list)}) AS list LIMIT ${upTo}) AS counted) AS ${raw(`list_${place}`)}`,
  );
  const [row] = await transaction.query(sql`SELECT ${join(columns)}`);
  return lists.map((list, place) => ({ list, count: Number(row?.[`list_${place}`]) }));
}

/** The users of a list who are in others as well, no more of them than show that they are not few. */
async function find(
  transaction: Transaction,
  dialect: UserListsDialect,
  { list, others }: { list: UserList; others: readonly UserList[] },
): Promise<{ count: number; ids: string }> {
  const inAll = every(others.map(other => appearIn(other, sql`listed`)));
  const [row] = await transaction.query(
    sql`SELECT count(*) AS count, ${dialect.gatheredIds} AS ids FROM (SELECT id FROM (${rowsOf(list)}) AS listed WHERE ${inAll} LIMIT ${FEW + 1}) AS found`,
  );
  return { count: Number(row?.count), ids: String(row?.ids ?? '[]') };
}

/** The users of a list who are the first in the order of creation. It is sorted without looking at their rows. */
async function findFirst(
  transaction: Transaction,
  dialect: UserListsDialect,
  { list, page, most }: { list: UserList; page: CreationPage; most: number },
): Promise<{ ids: string; isPart: boolean }> {
  const way = direction(page.descending);
  const [row] = await transaction.query(
    sql`SELECT count(*) AS count, ${dialect.gatheredIds} AS ids FROM (SELECT id FROM (${rowsOf(list)}) AS listed WHERE ${beyond(page)} ORDER BY created_at ${way}, id ${way} LIMIT ${most}) AS found`,
  );
  return { ids: String(row?.ids ?? '[]'), isPart: Number(row?.count) === most };
}

/** The next users in the order of creation, whatever else they are. */
async function findNear(transaction: Transaction, page: CreationPage): Promise<Beginning> {
  const way = direction(page.descending);
  const [last] = await transaction.query(
    sql`SELECT created_at FROM users WHERE ${beyond(page)} ORDER BY created_at ${way}, id ${way} LIMIT 1 OFFSET ${FEW}`,
  );
  if (!last) return ANY;
  const condition = sql`users.created_at ${raw(page.descending ? '>=' : '<=')} ${Number(last.created_at)}`;
  return { kind: 'condition', condition, isPart: true };
}

function nextOnes(condition: Sql | undefined): Beginning {
  return condition ? { kind: 'condition', condition, isPart: true } : ANY;
}

/** Comes after the page before. */
function beyond({ descending, after }: CreationPage): Sql {
  return after ? sql`(created_at, id) ${raw(descending ? '<' : '>')} (${join(after)})` : sql`TRUE`;
}
