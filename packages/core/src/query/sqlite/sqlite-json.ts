import sql, { empty, type Sql } from 'sql-template-tag';
import { ALWAYS, every, some } from '../conditions.js';
import type { JsonDialect } from '../json-dialect.js';
import { splitTests, type ValueTest } from '../value-test.js';
import { sqliteAnswers } from './sqlite-answers.js';
import {
  arrayOnTheWay,
  type Cell,
  type CellTest,
  cellAt,
  cellPasses,
  elementsAt,
  sqliteWalk,
} from './sqlite-cell.js';
import { sqliteCustomIndex } from './sqlite-custom-index.js';
import { sqliteLists } from './sqlite-lists.js';
import { sqliteCustomSort, sqliteSortTeams } from './sqlite-sort.js';

/** JSON in SQLite: text, looked into with the functions of json1. */
export const sqliteJson: JsonDialect = {
  customPasses: (path, tests) => {
    const guard = arrayOnTheWay(path);
    if (!guard && tests.length === 1) {
      return placePasses({ cell: cellAt(path), elements: elementsAt(path) }, tests);
    }
    const cell: Cell = { type: sql`place.type`, value: sql`place.value` };
    const elements = sql`json_each(CASE place.type WHEN 'array' THEN place.value ELSE '[]' END)`;
    const { type, value } = cellAt(path);
    // SQLite computes the columns of a subquery without a table once, however often they are used.
    const direct = sql`EXISTS (SELECT 1 FROM (SELECT ${type} AS type, ${value} AS value) AS place WHERE ${placePasses({ cell, elements }, tests)})`;
    if (!guard) return direct;
    const passes = placePasses({ cell, elements, open: sql`place.open` }, tests);
    const walked = sql`EXISTS (SELECT 1 FROM (${sqliteWalk(path)}) AS place WHERE ${passes})`;
    return sql`CASE WHEN ${guard} THEN ${walked} ELSE ${direct} END`;
  },

  customAnswers: sqliteAnswers,

  teamsPass: test => {
    const teams: Cell = { type: sql`'array'`, value: sql`users.teams` };
    return placePasses({ cell: teams, elements: sql`json_each(users.teams)` }, [test]);
  },

  inTeams,
  belongsTo: tenant => (tenant.length === 0 ? sql`users.teams = '[]'` : inTeams(tenant)),
  lists: sqliteLists,

  isOneOf: (expression, values) =>
    sql`${expression} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`,

  isMostlyNull: column => sql`${column} IS NULL`,

  hasWords: (column, words) =>
    sql`(${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(words)}) AS word WHERE instr(${column}, ' ' || word.value) = 0))`,

  customSort: sqliteCustomSort,
  sortTeams: sqliteSortTeams,
  // SQLite sorts like this by default, and an index serves the order only without NULLS FIRST or LAST.
  missingFirst: () => empty,
  customIndex: sqliteCustomIndex,
};

function inTeams(teams: readonly string[]): Sql {
  return sql`EXISTS (SELECT 1 FROM json_each(users.teams) AS team WHERE team.value IN (SELECT value FROM json_each(${JSON.stringify(teams)})))`;
}

/** A place in a document. */
interface Place {
  cell: Cell;
  /** The place as rows of `json_each`. It is read only if the place is an array. */
  elements: Sql;
  /** Whether an array here also stands for its elements. Default: always. */
  open?: Sql;
}

/** Whether a place, or one of its elements, passes at least one of these tests. Its elements are read once. */
function placePasses({ cell, elements, open = ALWAYS }: Place, tests: readonly ValueTest[]): Sql {
  const { ofElements, ofPlaces, contained } = splitTests(tests);
  const isArray = sql`${cell.type} = 'array'`;
  const element: Cell = { type: sql`element.type`, value: sql`element.value` };
  const someElement = (wanted: readonly CellTest[]) =>
    sql`EXISTS (SELECT 1 FROM ${elements} AS element WHERE ${some(wanted.map(test => cellPasses(element, test)))})`;
  const conditions = ofPlaces.map(test => cellPasses(cell, test));
  if (ofElements.length > 0) {
    conditions.push(sql`CASE WHEN ${every([isArray, open])} THEN ${someElement(ofElements)} END`);
  }
  if (contained.length > 0) {
    conditions.push(sql`CASE WHEN ${isArray} THEN ${someElement([{ kind: 'in', values: contained }])} END`);
  }
  return some(conditions);
}
