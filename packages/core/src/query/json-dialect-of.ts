import type { Dialect } from '../database/dialect.js';
import type { JsonDialect } from './json-dialect.js';
import { postgresJson } from './postgres/postgres-json.js';
import { sqliteJson } from './sqlite/sqlite-json.js';

/** The JSON dialect of a transaction. */
export function jsonDialectOf(dialect: Dialect): JsonDialect {
  return dialect.name === 'postgres' ? postgresJson : sqliteJson;
}
