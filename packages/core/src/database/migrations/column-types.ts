import type { QueryRunner } from 'typeorm';

/**
 * The column types of each engine, for the text of migrations. Text compares by bytes everywhere (`COLLATE "C"` on
 * PostgreSQL, the default on SQLite), so that order and ranges are the same on every engine and every locale.
 */
export interface ColumnTypes {
  text: string;
  integer: string;
  boolean: string;
  json: string;
}

/** The types of the engine that a migration runs on. */
export function columnTypes(runner: QueryRunner): ColumnTypes {
  return runner.connection.options.type === 'postgres'
    ? { text: 'text COLLATE "C"', integer: 'bigint', boolean: 'boolean', json: 'jsonb' }
    : { text: 'text', integer: 'integer', boolean: 'boolean', json: 'text' };
}
