import sql, { raw, type Sql } from 'sql-template-tag';
import { direction } from '../conditions.js';
import type { CustomSortColumn, SortAtom, SortPlan } from '../json-dialect.js';
import { SORT_RANKS, SORT_TEXT_LENGTH, type SortValue } from '../sort-value.js';
import { arrayOnTheWay, numberOf, postgresWalk, textOf, valueAt } from './postgres-value.js';

/**
 * No single type of PostgreSQL holds numbers and texts in MongoDB's order. So a custom value sorts by three
 * expressions: the rank of its type, its number and its text, each 0 or '' where it does not apply. The sorted value is
 * `jsonb`. An array within an array is written as `[0]`, to distinguish it from the empty array, which MongoDB sorts
 * first.
 */
interface Parts<Part> {
  rank: Part;
  number: Part;
  text: Part;
}

const NESTED_ARRAY = sql`'[0]'::jsonb`;

const RANKS = Object.fromEntries(
  Object.entries(SORT_RANKS).map(([kind, rank]) => [kind, raw(String(rank))]),
) as Record<SortValue['kind'], Sql>;

/** What a sort by a custom path compares, in order. */
export function postgresSortCustom({ path, descending, last, position }: CustomSortColumn): SortPlan {
  const name = raw(`sort_${position}`);
  // OFFSET 0 keeps the planner from repeating the whole expression at each of its uses.
  const from = sql` CROSS JOIN LATERAL (SELECT ${sortedValue(path, descending)} AS value OFFSET 0) AS ${name}`;
  const expressions = partsOf(sql`${name}.value`);
  const values = last && lastParts(last);
  const atoms = (['rank', 'number', 'text'] as const).map(
    (part): SortAtom => ({
      expression: expressions[part],
      descending,
      nullable: false,
      ...(values && { last: values[part] }),
    }),
  );
  return { from, atoms, nullsInIndex: false };
}

/** What a sort by teams compares. */
export function postgresSortTeams(descending: boolean): Sql {
  return sql`(SELECT team.name COLLATE "C" FROM jsonb_array_elements_text(users.teams) AS team(name) ORDER BY team.name COLLATE "C" ${direction(descending)} LIMIT 1)`;
}

/** The value of a path by which a user is sorted: of several values the least or the greatest. */
function sortedValue(path: readonly string[], descending: boolean): Sql {
  const value = valueAt(path);
  const direct = sql`CASE jsonb_typeof(${value}) WHEN 'array' THEN ${ofElements(value, descending)} ELSE ${value} END`;
  const guard = arrayOnTheWay(path);
  if (!guard) return direct;
  const ofPlace = sql`CASE WHEN place.open AND jsonb_typeof(place.value) = 'array' THEN ${ofElements(sql`place.value`, descending)} ELSE ${closed(sql`place.value`)} END`;
  const found = sql`(SELECT ${ofPlace} AS value FROM (${postgresWalk(path, 'sort')}) AS place) AS found`;
  return sql`CASE WHEN ${guard} THEN (SELECT found.value FROM ${found} ${first(sql`found.value`, descending)}) ELSE ${direct} END`;
}

function ofElements(array: Sql, descending: boolean): Sql {
  const found = sql`(SELECT ${closed(sql`element.value`)} AS value FROM jsonb_array_elements(${array}) AS element(value)) AS found`;
  return sql`coalesce((SELECT found.value FROM ${found} ${first(sql`found.value`, descending)}), '[]'::jsonb)`;
}

function closed(value: Sql): Sql {
  return sql`CASE jsonb_typeof(${value}) WHEN 'array' THEN ${NESTED_ARRAY} ELSE ${value} END`;
}

function first(value: Sql, descending: boolean): Sql {
  const { rank, number, text } = partsOf(value);
  const way = direction(descending);
  return sql`ORDER BY ${rank} ${way}, ${number} ${way}, ${text} ${way} LIMIT 1`;
}

function partsOf(value: Sql): Parts<Sql> {
  const kind = sql`jsonb_typeof(${value})`;
  const rankOfArray = sql`CASE WHEN ${value} = '[]'::jsonb THEN ${RANKS.empty} ELSE ${RANKS.array} END`;
  return {
    rank: sql`(CASE ${kind} WHEN 'number' THEN ${RANKS.number} WHEN 'string' THEN ${RANKS.string} WHEN 'object' THEN ${RANKS.object} WHEN 'array' THEN ${rankOfArray} WHEN 'boolean' THEN ${RANKS.boolean} ELSE ${RANKS.null} END)`,
    number: sql`(CASE ${kind} WHEN 'number' THEN ${numberOf(value)} WHEN 'boolean' THEN (${value})::boolean::int ELSE 0 END)`,
    text: sql`(CASE ${kind} WHEN 'string' THEN left(${textOf(value)}, ${raw(String(SORT_TEXT_LENGTH))}) ELSE '' END COLLATE "C")`,
  };
}

function lastParts(last: SortValue): Parts<Sql> {
  const number = last.kind === 'number' || last.kind === 'boolean' ? Number(last.value) : 0;
  return {
    rank: RANKS[last.kind],
    number: sql`${JSON.stringify(number)}::numeric`,
    text: sql`${last.kind === 'string' ? last.value : ''}`,
  };
}
