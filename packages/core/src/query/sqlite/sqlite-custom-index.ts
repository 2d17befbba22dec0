import sql, { raw, type Sql } from 'sql-template-tag';
import { some } from '../conditions.js';
import type { CustomIndexDialect } from '../json-dialect.js';
import { booleansInOrder, splitValues, type ValueTest } from '../value-test.js';
import { jsonNumber } from './sqlite-cell.js';
import { keyTableOf, LACKED } from './sqlite-key-table.js';
import { makeSqliteIndexes } from './sqlite-make-indexes.js';
import { SQLITE_SORT_KEYS as KEYS } from './sqlite-sort.js';

/**
 * SQLite makes an index in one go, and nobody writes meanwhile. So the index of a path is a table of its own with a row for
 * each user, in the order of an index: it is filled in many short turns (sqlite-make-indexes.ts), and triggers keep it up to date
 * (sqlite-key-table.ts). The planner does not know that it says anything about users, so a query is told when to read them from
 * there.
 */
export const sqliteCustomIndex: CustomIndexDialect = {
  isFoundByPlanner: false,
  source: path => {
    const { name, createdAt, id } = keyTableOf(path);
    // CROSS JOIN: the users come in the order of the table.
    return { from: sql`${raw(name)} CROSS JOIN users ON users.id = ${id}`, createdAt, id };
  },
  sorted: (path, { condition, order }) => {
    const { name, columns, id } = keyTableOf(path);
    // LIMIT: without it SQLite would leave the order out. The users are looked up one by one, in the order of these rows.
    const rows = sql`SELECT ${columns} FROM ${raw(name)} WHERE ${condition} ORDER BY ${order} LIMIT -1`;
    return sql`(${rows}) AS ${raw(name)} CROSS JOIN users ON users.id = ${id}`;
  },
  sortExpressions: path => [keyTableOf(path).key],
  holds: path => sql`${keyTableOf(path).key} < ${LACKED}`,
  lacks: path => sql`${keyTableOf(path).key} = ${LACKED}`,
  passes: (path, test) => keyPasses(keyTableOf(path).key, test),
  nameOf: path => keyTableOf(path).name,
  serving: names =>
    sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN (SELECT value FROM json_each(${JSON.stringify(names)}))`,
  make: makeSqliteIndexes,
};

function keyPasses(key: Sql, test: ValueTest): Sql | undefined {
  if (test.kind === 'order') return keyStandsInOrder(key, test);
  if (test.kind !== 'in') return undefined;
  const { orAbsent, booleans, scalars, arrays } = splitValues(test.values);
  if (orAbsent || arrays.length > 0) return undefined;
  const [only] = scalars;
  if (scalars.length === 1 && booleans.length === 0) {
    return sql`${key} = ${typeof only === 'number' ? jsonNumber(only) : sql`${only}`}`;
  }
  const keys: Sql[] = booleans.map(value => sql`SELECT ${value ? KEYS.true : KEYS.false}`);
  keys.push(sql`SELECT value FROM json_each(${JSON.stringify(scalars)})`);
  return sql`${key} IN (${keys.reduce((before, next) => sql`${before} UNION ALL ${next}`)})`;
}

function keyStandsInOrder(key: Sql, test: Extract<ValueTest, { kind: 'order' }>): Sql {
  const operator = raw(test.operator);
  const upwards = test.operator === '>' || test.operator === '>=';
  switch (typeof test.value) {
    case 'number':
      // Every number comes after null and before every text.
      return upwards
        ? sql`(${key} ${operator} ${jsonNumber(test.value)} AND ${key} < '')`
        : sql`(${key} ${operator} ${jsonNumber(test.value)} AND ${key} > ${KEYS.null})`;
    case 'string':
      return upwards
        ? sql`(${key} ${operator} ${test.value} AND ${key} < x'')`
        : sql`(${key} ${operator} ${test.value} AND ${key} >= '')`;
    default: {
      const keys = booleansInOrder(test.operator, test.value as boolean);
      return some(keys.map(value => sql`${key} = ${value ? KEYS.true : KEYS.false}`));
    }
  }
}
