import sql, { raw, type Sql } from 'sql-template-tag';
import { ALWAYS, every, some } from '../conditions.js';
import type { JsonDialect } from '../json-dialect.js';
import type { ValueTest } from '../value-test.js';
import { postgresCustomIndex } from './postgres-custom-index.js';
import { arrayOnTheWay, valueAt } from './postgres-json-path.js';
import { postgresSortCustom, postgresSortTeams } from './postgres-sort.js';
import { jsonb, valuePasses } from './postgres-value.js';
import { postgresWalk } from './postgres-walk.js';

/** JSON in PostgreSQL: `jsonb`. */
export const postgresJson: JsonDialect = {
  customPasses: (path, test) => {
    const direct = placePasses({ value: valueAt(path) }, test);
    const guard = arrayOnTheWay(path);
    if (!guard) return direct;
    const passes = placePasses({ value: sql`place.value`, open: sql`place.open` }, test);
    const walked = sql`EXISTS (SELECT 1 FROM (${postgresWalk(path, 'filter')}) AS place WHERE ${passes})`;
    return sql`CASE WHEN ${guard} THEN ${walked} ELSE ${direct} END`;
  },

  teamsPass: test => placePasses({ value: sql`users.teams` }, test),

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
  /** Its `jsonb`, NULL where nothing is. */
  value: Sql;
  /** Whether an array here stands for its elements, too; always, when absent. */
  open?: Sql;
}

/** Whether a place passes a test, by itself or by one of its elements. */
function placePasses({ value, open = ALWAYS }: Place, test: ValueTest): Sql {
  const isArray = sql`jsonb_typeof(${value}) = 'array'`;
  if (test.kind === 'exists') return valuePasses(value, test);
  if (test.kind === 'contains') return every([isArray, sql`${value} @> ${jsonb([test.value])}`]);
  const someElement = sql`EXISTS (SELECT 1 FROM jsonb_array_elements(${value}) AS element(value) WHERE ${valuePasses(sql`element.value`, test)})`;
  return some([valuePasses(value, test), sql`CASE WHEN ${every([isArray, open])} THEN ${someElement} END`]);
}
