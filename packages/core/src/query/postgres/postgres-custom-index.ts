import sql, { join, raw, type Sql } from 'sql-template-tag';
import type { Queryable } from '../../database/unit-of-work.js';
import { every, some } from '../conditions.js';
import { customIndexName } from '../custom-index-name.js';
import type { CustomIndexDialect, WantedIndexes } from '../json-dialect.js';
import type { UserListsDialect } from '../user-lists.js';
import { ALL_USERS } from '../user-source.js';
import { booleansInOrder, splitValues, type ValueTest } from '../value-test.js';
import {
  madeToTheEnd,
  makePostgresIndexes,
  makePostgresIndexesAlone,
  type PostgresIndex,
} from './postgres-make-indexes.js';
import { RANKS, type SortParts } from './postgres-sort.js';
import { numberOf, textOf } from './postgres-value.js';

/** The rank of users whom the index does not hold. It comes after all others. */
const LACKED = sql`9`;

/** An index entry has room for about 2,700 bytes. */
const MAX_TEXT_BYTES = 1000;

/** The key is what a sort compares, in three columns. So its texts are in their order by bytes, whatever the database's collation is. */
export const postgresCustomIndex: CustomIndexDialect = {
  isFoundByPlanner: true,
  source: () => ALL_USERS,
  sortExpressions: path => inOrder(partsOf(path)),
  holds: path => sql`${partsOf(path).rank} < ${LACKED}`,
  lacks: path => sql`${partsOf(path).rank} = ${LACKED}`,
  passes: (path, test) => keyPasses(partsOf(path), test),
  nameOf: path => indexOf(path).name,
  serving: names => madeToTheEnd(names),
  make: makePostgresIndexes(indexOf),
};

/** Makes the indexes match what is wanted, inside of a transaction and where nobody else writes users. */
export function makeCustomIndexesAlone(transaction: Queryable, wanted: WantedIndexes): Promise<void> {
  return makePostgresIndexesAlone(transaction, wanted, indexOf);
}

/** The index of a path: its name, and its columns as text. */
function indexOf(path: readonly string[]): PostgresIndex {
  const columns = `(${join(inOrder(partsOf(path))).sql}, created_at, id)`;
  return { name: customIndexName(columns), columns };
}

function inOrder({ rank, number, text }: SortParts<Sql>): Sql[] {
  return [rank, number, text];
}

/** The parts of the key, as text: an index serves an expression only if it is written in the same way. */
function partsOf(path: readonly string[]): SortParts<Sql> {
  const value = sql`(custom #> ${literal(path)})`;
  const kind = sql`jsonb_typeof(${value})`;
  // A path of `#>` would step into arrays by index.
  const way = path.map((_, index) => sql`jsonb_typeof(custom #> ${literal(path.slice(0, index + 1))})`);
  const onArray = some(way.map(type => sql`${type} = 'array'`));
  const text = textOf(value);
  const fits = sql`octet_length(${text}) <= ${raw(String(MAX_TEXT_BYTES))}`;
  return {
    rank: sql`(CASE WHEN ${onArray} THEN ${LACKED} ELSE CASE ${kind} WHEN 'number' THEN ${RANKS.number} WHEN 'string' THEN CASE WHEN ${fits} THEN ${RANKS.string} ELSE ${LACKED} END WHEN 'boolean' THEN ${RANKS.boolean} WHEN 'object' THEN ${LACKED} ELSE ${RANKS.null} END END)`,
    number: sql`(CASE WHEN ${onArray} THEN 0 ELSE CASE ${kind} WHEN 'number' THEN ${numberOf(value)} WHEN 'boolean' THEN (${value})::boolean::int ELSE 0 END END)`,
    text: sql`(CASE WHEN ${onArray} THEN '' ELSE CASE ${kind} WHEN 'string' THEN CASE WHEN ${fits} THEN ${text} ELSE '' END ELSE '' END END COLLATE "C")`,
  };
}

/** A path as an array literal. The field name grammar allows neither quotes nor back-slashes. */
function literal(path: readonly string[]): Sql {
  return raw(`'{${path.map(name => `"${name}"`).join(',')}}'::text[]`);
}

/** The values that the index can be asked for; undefined when a list has others. */
function indexedValues(
  test: ValueTest,
): { numbers: number[]; texts: string[]; booleans: boolean[] } | undefined {
  if (test.kind !== 'in') return undefined;
  const { orAbsent, booleans, scalars, arrays } = splitValues(test.values);
  if (orAbsent || arrays.length > 0) return undefined;
  const texts = scalars.filter(value => typeof value === 'string');
  return {
    numbers: scalars.filter(value => typeof value === 'number'),
    // No user whom the index holds has a longer text.
    texts: texts.filter(text => Buffer.byteLength(text) <= MAX_TEXT_BYTES),
    booleans,
  };
}

/**
 * The users who have one of several values, which are looked up one after another. The planner knows when all other lists are
 * best.
 */
export const postgresLists: UserListsDialect = {
  ofCustom: (path, test) => {
    const ids = idsOf(path, test);
    const rows = ids && sql`SELECT NULL AS created_at, id FROM (${ids}) AS held`;
    return rows && { rows, isDated: false, isKeyed: false };
  },
  plannerCounts: true,
  gatheredIds: sql`json_agg(id)::text`,
  areAmong: ids => sql`users.id = ANY (ARRAY(SELECT jsonb_array_elements_text(${ids}::jsonb)))`,
  beginWith: (first, rest) => every([first, rest]),
};

function idsOf(path: readonly string[], test: ValueTest): Sql | undefined {
  const values = indexedValues(test);
  if (!values || values.booleans.length > 0 || values.numbers.length + values.texts.length < 2)
    return undefined;
  const { rank, number, text } = partsOf(path);
  const wanted = sql`wanted.value`;
  // OFFSET 0 keeps the planner from looking at all users and comparing each with the list.
  const lookUp = (list: Sql, condition: Sql) =>
    sql`SELECT found.id FROM unnest(${list}) AS wanted(value) CROSS JOIN LATERAL (SELECT users.id FROM users WHERE ${condition} OFFSET 0) AS found`;
  const byNumber = lookUp(
    sql`${values.numbers.map(value => JSON.stringify(value))}::numeric[]`,
    sql`${rank} = ${RANKS.number} AND ${number} = ${wanted} AND ${text} = ''`,
  );
  const byText = lookUp(
    sql`${values.texts}::text[]`,
    sql`${rank} = ${RANKS.string} AND ${number} = 0 AND ${text} = ${wanted}`,
  );
  return sql`${byNumber} UNION ALL ${byText}`;
}

/** Every condition names the values of all three columns, so that the users with one value come in the order of the rest of the index. */
function keyPasses(key: SortParts<Sql>, test: ValueTest): Sql | undefined {
  if (test.kind === 'order') return keyStandsInOrder(key, test);
  const values = indexedValues(test);
  if (!values) return undefined;
  const { numbers, texts, booleans } = values;
  const conditions: Sql[] = [];
  if (numbers.length > 0) conditions.push(numberIs(key, RANKS.number, numbers));
  if (booleans.length > 0) conditions.push(numberIs(key, RANKS.boolean, booleans.map(Number)));
  if (texts.length > 0) conditions.push(textIs(key, texts));
  return some(conditions);
}

function numberIs({ rank, number, text }: SortParts<Sql>, wanted: Sql, values: readonly number[]): Sql {
  return sql`(${rank} = ${wanted} AND ${number} ${oneOf(
    values.map(value => JSON.stringify(value)),
    'numeric',
  )} AND ${text} = '')`;
}

function textIs({ rank, number, text }: SortParts<Sql>, values: readonly string[]): Sql {
  return sql`(${rank} = ${RANKS.string} AND ${number} = 0 AND ${text} ${oneOf(values, 'text')})`;
}

/** The planner sees the values and so knows how many users have them. With a subquery in their place it would have to guess. */
function oneOf(values: readonly string[], type: 'numeric' | 'text'): Sql {
  const [only] = values;
  return values.length === 1 ? sql`= ${only}::${raw(type)}` : sql`= ANY (${[...values]}::${raw(type)}[])`;
}

function keyStandsInOrder(key: SortParts<Sql>, test: Extract<ValueTest, { kind: 'order' }>): Sql {
  const { rank, number, text } = key;
  const operator = raw(test.operator);
  switch (typeof test.value) {
    case 'number':
      return sql`(${rank} = ${RANKS.number} AND ${number} ${operator} ${JSON.stringify(test.value)}::numeric AND ${text} = '')`;
    case 'string':
      return sql`(${rank} = ${RANKS.string} AND ${number} = 0 AND ${text} ${operator} ${test.value}::text)`;
    default: {
      const values = booleansInOrder(test.operator, test.value as boolean);
      return some(values.length === 0 ? [] : [numberIs(key, RANKS.boolean, values.map(Number))]);
    }
  }
}
