import sql, { raw, type Sql } from 'sql-template-tag';
import { some } from '../conditions.js';
import type { CustomIndexDialect } from '../json-dialect.js';
import { booleansInOrder, splitValues, type ValueTest } from '../value-test.js';
import { jsonNumber } from './sqlite-cell.js';
import { sqlitePath } from './sqlite-json-path.js';

const TRUE_KEY = sql`x'0301'`;
const FALSE_KEY = sql`x'0300'`;
const ARRAY_KEY = sql`x'02'`;

/**
 * The key is the number or text itself and a blob for a boolean, so that the order of SQLite keeps the types apart; it is
 * NULL for everything that no index is asked for.
 */
export const sqliteCustomIndex: CustomIndexDialect = {
  key: path => {
    const literal = `'${sqlitePath(path)}'`;
    const parts = path.map((_, index) => `'${sqlitePath(path.slice(0, index + 1))}'`);
    const onArray = parts.map(part => `json_type(custom, ${part}) = 'array'`).join(' OR ');
    return raw(
      `CASE WHEN ${onArray} THEN x'02' ELSE CASE json_type(custom, ${literal}) WHEN 'true' THEN x'0301' WHEN 'false' THEN x'0300' WHEN 'object' THEN NULL ELSE custom ->> ${literal} END END`,
    );
  },
  arrayKey: ARRAY_KEY,
  keyPasses,
  names: sql`SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'users'`,
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
  const keys: Sql[] = booleans.map(value => sql`SELECT ${value ? TRUE_KEY : FALSE_KEY}`);
  keys.push(sql`SELECT value FROM json_each(${JSON.stringify(scalars)})`);
  return sql`${key} IN (${keys.reduce((before, next) => sql`${before} UNION ALL ${next}`)})`;
}

function keyStandsInOrder(key: Sql, test: Extract<ValueTest, { kind: 'order' }>): Sql {
  const operator = raw(test.operator);
  const upwards = test.operator === '>' || test.operator === '>=';
  switch (typeof test.value) {
    case 'number':
      // Every number comes before every text.
      return upwards
        ? sql`(${key} ${operator} ${jsonNumber(test.value)} AND ${key} < '')`
        : sql`${key} ${operator} ${jsonNumber(test.value)}`;
    case 'string':
      return upwards
        ? sql`(${key} ${operator} ${test.value} AND ${key} < x'')`
        : sql`(${key} ${operator} ${test.value} AND ${key} >= '')`;
    default: {
      const keys = booleansInOrder(test.operator, test.value as boolean);
      return some(keys.map(value => sql`${key} = ${value ? TRUE_KEY : FALSE_KEY}`));
    }
  }
}
