import sql, { empty, type Sql } from 'sql-template-tag';
import { ALWAYS, every, some } from '../conditions.js';
import type { JsonDialect } from '../json-dialect.js';
import type { ValueTest } from '../value-test.js';
import { type Cell, type CellTest, cellPasses } from './sqlite-cell.js';
import { sqliteCustomIndex } from './sqlite-custom-index.js';
import { arrayOnTheWay, cellAt, elementsAt } from './sqlite-json-path.js';
import { sqliteSortCustom, sqliteSortTeams } from './sqlite-sort.js';
import { sqliteWalk } from './sqlite-walk.js';

/** JSON in SQLite: text, looked into with the functions of json1. */
export const sqliteJson: JsonDialect = {
  customPasses: (path, test) => {
    const direct = placePasses({ cell: cellAt(path), elements: elementsAt(path) }, test);
    const guard = arrayOnTheWay(path);
    if (!guard) return direct;
    const cell: Cell = { type: sql`place.type`, value: sql`place.value` };
    const elements = sql`json_each(CASE place.type WHEN 'array' THEN place.value ELSE '[]' END)`;
    const passes = placePasses({ cell, elements, open: sql`place.open` }, test);
    const walked = sql`EXISTS (SELECT 1 FROM (${sqliteWalk(path, 'filter')}) AS place WHERE ${passes})`;
    return sql`CASE WHEN ${guard} THEN ${walked} ELSE ${direct} END`;
  },

  teamsPass: test => {
    const teams: Cell = { type: sql`'array'`, value: sql`users.teams` };
    return placePasses({ cell: teams, elements: sql`json_each(users.teams)` }, test);
  },

  belongsTo: tenant =>
    tenant.length === 0
      ? sql`users.teams = '[]'`
      : sql`EXISTS (SELECT 1 FROM json_each(users.teams) AS team WHERE team.value IN (SELECT value FROM json_each(${JSON.stringify(tenant)})))`,

  isOneOf: (expression, values) =>
    sql`${expression} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`,

  isMostlyNull: column => sql`${column} IS NULL`,

  hasWords: (column, words) =>
    sql`(${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(${JSON.stringify(words)}) AS word WHERE instr(${column}, ' ' || word.value) = 0))`,

  sortCustom: sqliteSortCustom,
  sortTeams: sqliteSortTeams,
  // It is what SQLite does anyhow; an index serves the order only when nothing is said.
  missingFirst: () => empty,
  customIndex: sqliteCustomIndex,
};

/** A place in a document. */
interface Place {
  cell: Cell;
  /** The place as rows of `json_each`; only looked at when it is an array. */
  elements: Sql;
  /** Whether an array here stands for its elements, too; always, when absent. */
  open?: Sql;
}

/** Whether a place passes a test, by itself or by one of its elements. */
function placePasses({ cell, elements, open = ALWAYS }: Place, test: ValueTest): Sql {
  if (test.kind === 'exists') return cellPasses(cell, test);
  const isArray = sql`${cell.type} = 'array'`;
  const element: Cell = { type: sql`element.type`, value: sql`element.value` };
  const elementTest: CellTest = test.kind === 'contains' ? { kind: 'in', values: [test.value] } : test;
  const someElement = sql`EXISTS (SELECT 1 FROM ${elements} AS element WHERE ${cellPasses(element, elementTest)})`;
  if (test.kind === 'contains') return sql`CASE WHEN ${isArray} THEN ${someElement} END`;
  const asElements = sql`CASE WHEN ${every([isArray, open])} THEN ${someElement} END`;
  return some([cellPasses(cell, test), asElements]);
}
