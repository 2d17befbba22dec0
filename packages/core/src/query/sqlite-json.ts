import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { every, some } from './conditions.js';
import type { JsonDialect } from './json-dialect.js';
import { type Cell, cellPasses } from './sqlite-cell.js';
import { sqliteCustomIndex } from './sqlite-custom-index.js';
import { sqliteSortCustom, sqliteSortTeams } from './sqlite-sort.js';
import { sqliteWalk } from './sqlite-walk.js';
import type { ValueTest } from './value-test.js';

/** JSON in SQLite: text, looked into with the functions of json1. */
export const sqliteJson: JsonDialect = {
  customPasses: (path, test) => {
    const atPath = sql`users.custom, ${sqlitePath(path)}`;
    const cell: Cell = {
      type: sql`json_type(${atPath})`,
      value: sql`users.custom ->> ${sqlitePath(path)}`,
    };
    const direct = placePasses(cell, sql`json_each(${atPath})`, test);
    const arrayOnTheWay = hasArray(path.slice(0, -1).map((_, index) => path.slice(0, index + 1)));
    if (!arrayOnTheWay) return direct;
    const place: Cell = { type: sql`place.type`, value: sql`place.value` };
    const elements = sql`json_each(CASE place.type WHEN 'array' THEN place.value ELSE '[]' END)`;
    const walked = sql`EXISTS (SELECT 1 FROM (${sqliteWalk(path, 'filter')}) AS place WHERE ${placePasses(place, elements, test, sql`place.open`)})`;
    return sql`CASE WHEN ${arrayOnTheWay} THEN ${walked} ELSE ${direct} END`;
  },

  teamsPass: test => {
    const teams: Cell = { type: sql`'array'`, value: sql`users.teams` };
    return placePasses(teams, sql`json_each(users.teams)`, test);
  },

  isOneOf: (expression, values) =>
    sql`${expression} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`,

  hasWords: (column, words) =>
    sql`(${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(words)}) AS word WHERE instr(${column}, ' ' || word.value) = 0))`,

  sortCustom: sqliteSortCustom,
  sortTeams: sqliteSortTeams,
  // It is what SQLite does anyhow; an index serves the order only when nothing is said.
  missingFirst: () => empty,
  customIndex: sqliteCustomIndex,
};

/** A path as a parameter of the JSON functions. The names hold neither quotes nor back-slashes: see fieldNameProblem. */
export function sqlitePath(path: readonly string[]): string {
  return `$${path.map(name => `."${name}"`).join('')}`;
}

/** Some of these paths leads to an array; undefined when there are no paths. */
export function hasArray(paths: readonly (readonly string[])[]): Sql | undefined {
  if (paths.length === 0) return undefined;
  return some(paths.map(path => sql`json_type(users.custom, ${sqlitePath(path)}) = 'array'`));
}

/**
 * Whether a place in a document passes a test, by itself or by one of its elements.
 * @param elements the place as rows of `json_each`. It is only looked at when the place is an array.
 */
function placePasses(place: Cell, elements: Sql, test: ValueTest, open: Sql = raw('TRUE')): Sql {
  const isArray = sql`${place.type} = 'array'`;
  const element: Cell = { type: sql`element.type`, value: sql`element.value` };
  const elementTest = test.kind === 'contains' ? ({ kind: 'in', values: [test.value] } as const) : test;
  const someElement = sql`EXISTS (SELECT 1 FROM ${elements} AS element WHERE ${cellPasses(element, elementTest)})`;
  if (test.kind === 'exists') return cellPasses(place, test);
  if (test.kind === 'contains') return sql`CASE WHEN ${isArray} THEN ${someElement} END`;
  const asElements = sql`CASE WHEN ${every([isArray, open])} THEN ${someElement} END`;
  return some([cellPasses(place, test), asElements]);
}
