import sql, { raw, type Sql } from 'sql-template-tag';
import { ALWAYS, every, NEVER, some } from '../conditions.js';
import type { CustomIndexDialect, JsonDialect } from '../json-dialect.js';
import { booleansInOrder, splitTests, type ValueTest } from '../value-test.js';
import { postgresAnswers } from './postgres-answers.js';
import { postgresSortCustom, postgresSortTeams } from './postgres-sort.js';
import { arrayOnTheWay, jsonb, postgresWalk, valueAt, valuePasses } from './postgres-value.js';

/** A longer text is found without the index: an index entry has room for about 2,700 bytes. */
const MAX_KEY_BYTES = 1000;

/**
 * The key is the value itself as `jsonb`, whose equality is by type and value. It is NULL for values that the index
 * does not cover. The order of `jsonb` is right for numbers only: texts would follow the collation of the database.
 */
const postgresCustomIndex: CustomIndexDialect = {
  key: path => {
    const parts = path.map((_, index) => `custom #> ${literal(path.slice(0, index + 1))}`);
    const onArray = parts.map(part => `jsonb_typeof(${part}) = 'array'`).join(' OR ');
    const isScalar = `jsonb_typeof(custom #> ${literal(path)}) IN ('string', 'number', 'boolean')`;
    const fits = `octet_length(custom #>> ${literal(path)}) <= ${MAX_KEY_BYTES}`;
    return raw(
      `CASE WHEN ${onArray} THEN '[]'::jsonb WHEN ${isScalar} AND ${fits} THEN custom #> ${literal(path)} END`,
    );
  },
  arrayKey: sql`'[]'::jsonb`,
  keyPasses,
  names: sql`SELECT indexname AS name FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'users'`,
  statistics: sql`ANALYZE users`,
};

/** A path as an array literal. The field name grammar allows neither quotes nor back-slashes. */
function literal(path: readonly string[]): string {
  return `'{${path.map(name => `"${name}"`).join(',')}}'::text[]`;
}

function keyPasses(key: Sql, test: ValueTest): Sql | undefined {
  if (test.kind === 'order') return keyStandsInOrder(key, test);
  if (test.kind !== 'in' || !test.values.every(isIndexed)) return undefined;
  const [only] = test.values;
  if (test.values.length === 1 && only !== undefined) return sql`${key} = ${jsonb(only)}`;
  return sql`${key} = ANY (ARRAY(SELECT jsonb_array_elements(${jsonb(test.values)})))`;
}

function keyStandsInOrder(key: Sql, test: Extract<ValueTest, { kind: 'order' }>): Sql | undefined {
  if (typeof test.value === 'string') return undefined;
  if (typeof test.value === 'boolean') {
    const values = booleansInOrder(test.operator, test.value);
    return values.length === 0 ? NEVER : some(values.map(value => sql`${key} = ${jsonb(value)}`));
  }
  // Numbers sort between strings and booleans, and no number of ours is less than the least double.
  const within =
    test.operator === '>' || test.operator === '>='
      ? sql`${key} < 'false'::jsonb`
      : sql`${key} >= ${jsonb(-Number.MAX_VALUE)}`;
  return sql`(${key} ${raw(test.operator)} ${jsonb(test.value)} AND ${within})`;
}

function isIndexed(value: unknown): boolean {
  if (typeof value === 'string') return Buffer.byteLength(value) <= MAX_KEY_BYTES;
  return typeof value === 'number' || typeof value === 'boolean';
}

/** JSON in PostgreSQL: `jsonb`. */
export const postgresJson: JsonDialect = {
  customPasses: (path, tests) => {
    const guard = arrayOnTheWay(path);
    const found = { value: sql`place.value` };
    // OFFSET 0 keeps the planner from repeating the whole expression at each of its uses.
    const direct =
      tests.length === 1
        ? placePasses({ value: valueAt(path) }, tests)
        : sql`EXISTS (SELECT 1 FROM (SELECT ${valueAt(path)} AS value OFFSET 0) AS place WHERE ${placePasses(found, tests)})`;
    if (!guard) return direct;
    const passes = placePasses({ ...found, open: sql`place.open` }, tests);
    const walked = sql`EXISTS (SELECT 1 FROM (${postgresWalk(path, 'filter')}) AS place WHERE ${passes})`;
    return sql`CASE WHEN ${guard} THEN ${walked} ELSE ${direct} END`;
  },

  customAnswers: postgresAnswers,

  teamsPass: test => placePasses({ value: sql`users.teams` }, [test]),

  belongsTo: tenant =>
    tenant.length === 0
      ? sql`users.teams = '[]'::jsonb`
      : sql`users.teams ?| ARRAY(SELECT jsonb_array_elements_text(${jsonb([...tenant])}))`,

  isOneOf: (expression, values) => {
    const type = raw(typeof values[0] === 'number' ? 'bigint' : 'text');
    return sql`${expression} IN (SELECT jsonb_array_elements_text(${jsonb([...values])})::${type})`;
  },

  // Until a table has been analysed, the planner takes IS NULL to hold for one row in 200, and so reads and sorts the
  // whole table for a page. It makes no such guess about a CASE.
  isMostlyNull: column => sql`CASE WHEN ${column} IS NULL THEN TRUE ELSE FALSE END`,

  hasWords: (column, words) =>
    sql`(${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(${jsonb([...words])}) AS word(prefix) WHERE strpos(${column}, ' ' || word.prefix) = 0))`,

  sortCustom: postgresSortCustom,
  sortTeams: postgresSortTeams,
  missingFirst: descending => raw(descending ? ' NULLS LAST' : ' NULLS FIRST'),
  customIndex: postgresCustomIndex,
};

/** A place in a document. */
interface Place {
  /** Its `jsonb`, or NULL if there is nothing. */
  value: Sql;
  /** Whether an array here also stands for its elements. Default: always. */
  open?: Sql;
}

/** Whether a place, or one of its elements, passes at least one of these tests. Its elements are read once. */
function placePasses({ value, open = ALWAYS }: Place, tests: readonly ValueTest[]): Sql {
  const { ofElements, ofPlaces, contained } = splitTests(tests);
  const isArray = sql`jsonb_typeof(${value}) = 'array'`;
  const conditions = ofPlaces.map(test => valuePasses(value, test));
  if (ofElements.length > 0) {
    const passes = some(ofElements.map(test => valuePasses(sql`element.value`, test)));
    const someElement = sql`EXISTS (SELECT 1 FROM jsonb_array_elements(${value}) AS element(value) WHERE ${passes})`;
    conditions.push(sql`CASE WHEN ${every([isArray, open])} THEN ${someElement} END`);
  }
  if (contained.length > 0) {
    const holdsOne = some(contained.map(one => sql`${value} @> ${jsonb([one])}`));
    conditions.push(every([isArray, holdsOne]));
  }
  return some(conditions);
}
