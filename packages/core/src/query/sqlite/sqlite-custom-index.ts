import sql, { raw, type Sql } from 'sql-template-tag';
import { some } from '../conditions.js';
import type { CustomIndexDialect } from '../json-dialect.js';
import { SORT_TEXT_LENGTH } from '../sort-value.js';
import { booleansInOrder, splitValues, type ValueTest } from '../value-test.js';
import { jsonNumber } from './sqlite-cell.js';
import { sqlitePath } from './sqlite-objects.js';
import { SQLITE_SORT_KEYS as KEYS } from './sqlite-sort.js';

/** The key of users whom the index does not hold. It comes after all others. */
const LACKED = sql`x'ff'`;

/** The key is the value of a sort, in which SQLite's order keeps the types apart. */
export const sqliteCustomIndex: CustomIndexDialect = {
  columns: keyOf,
  sortExpressions: path => [keyOf(path)],
  holds: path => sql`${keyOf(path)} < ${LACKED}`,
  lacks: path => sql`${keyOf(path)} = ${LACKED}`,
  passes: (path, test) => keyPasses(keyOf(path), test),
  names: sql`SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'users'`,
};

function keyOf(path: readonly string[]): Sql {
  const at = raw(`'${sqlitePath(path)}'`);
  const parts = path.map((_, index) => raw(`'${sqlitePath(path.slice(0, index + 1))}'`));
  const onArray = some(parts.map(part => sql`json_type(custom, ${part}) = 'array'`));
  const value = sql`custom ->> ${at}`;
  const length = raw(String(SORT_TEXT_LENGTH));
  return sql`(CASE WHEN ${onArray} THEN ${LACKED} ELSE CASE json_type(custom, ${at}) WHEN 'true' THEN ${KEYS.true} WHEN 'false' THEN ${KEYS.false} WHEN 'integer' THEN ${value} WHEN 'real' THEN ${value} WHEN 'text' THEN CASE WHEN length(${value}) > ${length} THEN ${LACKED} ELSE ${value} END WHEN 'object' THEN ${LACKED} ELSE ${KEYS.null} END END)`;
}

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
