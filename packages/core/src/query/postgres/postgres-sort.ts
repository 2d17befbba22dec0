import sql, { join, raw, type Sql } from 'sql-template-tag';
import { direction, not, some } from '../conditions.js';
import type { CustomSortDialect } from '../json-dialect.js';
import { type CustomSortKey, waysOf } from '../sort-tree.js';
import { LARGE, MAX_COMPARED_VALUES, SORT_RANKS, SORT_TEXT_LENGTH, type SortValue } from '../sort-value.js';
import { type OrderOf, postgresLeastKey } from './postgres-least-key.js';
import { postgresOrderText } from './postgres-order-text.js';
import { numberOf, textOf, valueAt } from './postgres-value.js';

/**
 * No single type of PostgreSQL holds numbers and texts in MongoDB's order. So a custom value sorts by three
 * expressions: the rank of its type, its number and its text, each 0 or '' where it does not apply.
 */
export interface SortParts<Part> {
  rank: Part;
  number: Part;
  text: Part;
}

const KINDS = Object.keys(SORT_RANKS) as SortValue['kind'][];

/** The ranks as SQL. */
export const RANKS = Object.fromEntries(KINDS.map(kind => [kind, raw(String(SORT_RANKS[kind]))])) as Record<
  SortValue['kind'],
  Sql
>;

/** Sorts by custom fields. */
export const postgresCustomSort: CustomSortDialect = {
  nullable: false,

  compared: tree => {
    const alias = raw(tree.alias);
    const whole = raw(`${tree.alias}_whole`);
    const isLarge = sql`${whole}.is_large`;
    const order: OrderOf = (value, way) => orderOf(value, way, isLarge);
    const columns = tree.keys.map(
      (key, place) => sql`${directValue(key, order)} AS ${raw(`value_${place}`)}`,
    );
    // OFFSET 0 keeps the planner from repeating a value at each of its uses.
    const direct = sql`SELECT ${join(columns)}`;
    const ways = waysOf(tree);
    const throughArray = some(ways.map(way => sql`jsonb_typeof(${valueAt(way)}) = 'array'`));
    const found =
      ways.length === 0
        ? sql`${direct} OFFSET 0`
        : sql`${direct} WHERE ${not(throughArray)} UNION ALL SELECT least.* FROM (${postgresLeastKey(tree, order)}) AS least WHERE ${throughArray}`;
    const expressions = tree.keys.map((_, place) =>
      Object.values(partsOf(sql`${alias}.${raw(`value_${place}`)}`, isLarge)),
    );
    const size = sql` CROSS JOIN LATERAL (SELECT ${holdsTooMuch(tree.name)} AS is_large OFFSET 0) AS ${whole}`;
    return { from: sql`${size} CROSS JOIN LATERAL (${found}) AS ${alias}`, expressions };
  },

  toParameters: value => Object.values(partsOfLast(value)),

  read: ([rank, number, text]) => {
    const kind = KINDS.find(one => SORT_RANKS[one] === Number(rank));
    switch (kind) {
      case 'number':
        return { kind, value: Number(number) };
      case 'string':
      case 'structured':
        return { kind, value: String(text) };
      case 'boolean':
        return { kind, value: Number(number) === 1 };
      default:
        return { kind: kind ?? 'null' };
    }
  },
};

/** What a sort by teams compares. */
export function postgresSortTeams(descending: boolean): Sql {
  return sql`(SELECT team.name COLLATE "C" FROM jsonb_array_elements_text(users.teams) AS team(name) ORDER BY team.name COLLATE "C" ${direction(descending)} LIMIT 1)`;
}

/** The value of users who have no array on the way: of an array the least or the greatest element, NULL if it is empty. */
function directValue({ path, descending }: CustomSortKey, order: OrderOf): Sql {
  const value = valueAt(path);
  const ofElements = sql`(SELECT element.value FROM jsonb_array_elements(${value}) AS element(value) ORDER BY ${order(sql`element.value`, direction(descending))} LIMIT 1)`;
  return sql`CASE jsonb_typeof(${value}) WHEN 'array' THEN ${ofElements} ELSE coalesce(${value}, 'null') END`;
}

function orderOf(value: Sql, way: Sql, isLarge: Sql): Sql {
  return join(Object.values(partsOf(value, isLarge)).map(part => sql`${part} ${way}`));
}

/** Whether a field holds too much for its objects and arrays to be compared. */
function holdsTooMuch(name: string): Sql {
  const value = sql`users.custom -> ${name}::text`;
  const most = raw(String(MAX_COMPARED_VALUES + 1));
  // The path finds the field itself, too.
  const count = sql`(SELECT count(*) > ${most} FROM (SELECT FROM jsonb_path_query(${value}, 'strict $.**') LIMIT ${most} + 1) AS held)`;
  return sql`CASE WHEN jsonb_typeof(${value}) IN ('object', 'array') THEN ${count} ELSE FALSE END`;
}

/** The parts of a value that was found. */
function partsOf(value: Sql, isLarge: Sql): SortParts<Sql> {
  const kind = sql`jsonb_typeof(${value})`;
  const cut = (text: Sql) => sql`left(${text}, ${raw(String(SORT_TEXT_LENGTH))})`;
  const structured = sql`CASE WHEN ${isLarge} THEN '${raw(LARGE)}' ELSE ${cut(postgresOrderText(value))} END`;
  return {
    rank: sql`(CASE ${kind} WHEN 'null' THEN ${RANKS.null} WHEN 'number' THEN ${RANKS.number} WHEN 'string' THEN ${RANKS.string} WHEN 'object' THEN ${RANKS.structured} WHEN 'array' THEN ${RANKS.structured} WHEN 'boolean' THEN ${RANKS.boolean} ELSE ${RANKS.empty} END)`,
    number: sql`(CASE ${kind} WHEN 'number' THEN ${numberOf(value)} WHEN 'boolean' THEN (${value})::boolean::int ELSE 0 END)`,
    text: sql`(CASE ${kind} WHEN 'string' THEN ${cut(textOf(value))} ELSE CASE WHEN ${kind} IN ('object', 'array') THEN ${structured} ELSE '' END END COLLATE "C")`,
  };
}

function partsOfLast(last: SortValue): SortParts<Sql> {
  const number = last.kind === 'number' || last.kind === 'boolean' ? Number(last.value) : 0;
  return {
    rank: RANKS[last.kind],
    number: sql`${JSON.stringify(number)}::numeric`,
    text: sql`${last.kind === 'string' || last.kind === 'structured' ? last.value : ''}`,
  };
}
