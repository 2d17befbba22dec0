import sql, { raw, type Sql } from 'sql-template-tag';
import { ALWAYS, every, some } from '../conditions.js';
import type { JsonDialect } from '../json-dialect.js';
import { splitTests, type ValueTest } from '../value-test.js';
import { postgresAnswers } from './postgres-answers.js';
import { postgresCustomIndex, postgresLists } from './postgres-custom-index.js';
import { postgresCustomSort, postgresSortTeams } from './postgres-sort.js';
import { arrayOnTheWay, jsonb, postgresWalk, valueAt, valuePasses } from './postgres-value.js';

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
    const walked = sql`EXISTS (SELECT 1 FROM (${postgresWalk(path)}) AS place WHERE ${passes})`;
    return sql`CASE WHEN ${guard} THEN ${walked} ELSE ${direct} END`;
  },

  customAnswers: postgresAnswers,

  teamsPass: test => placePasses({ value: sql`users.teams` }, [test]),

  inTeams,
  belongsTo: tenant => (tenant.length === 0 ? sql`users.teams = '[]'::jsonb` : inTeams(tenant)),

  isOneOf: (expression, values) => {
    const type = raw(typeof values[0] === 'number' ? 'bigint' : 'text');
    return sql`${expression} IN (SELECT jsonb_array_elements_text(${jsonb([...values])})::${type})`;
  },

  // Until a table has been analysed, the planner takes IS NULL to hold for one row in 200, and so reads and sorts the
  // whole table for a page. It makes no such guess about a CASE.
  isMostlyNull: column => sql`CASE WHEN ${column} IS NULL THEN TRUE ELSE FALSE END`,

  hasWords: (column, words) =>
    sql`(${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements_text(${jsonb([...words])}) AS word(prefix) WHERE strpos(${column}, ' ' || word.prefix) = 0))`,

  customSort: postgresCustomSort,
  sortTeams: postgresSortTeams,
  missingFirst: descending => raw(descending ? ' NULLS LAST' : ' NULLS FIRST'),
  customIndex: postgresCustomIndex,
  lists: postgresLists,
};

/** The planner sees the teams, and its statistics tell it how many users they have. */
function inTeams(teams: readonly string[]): Sql {
  return sql`users.teams ?| ${[...teams]}::text[]`;
}

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
