import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import type { DataSource, QueryRunner } from 'typeorm';
import { dialectOf } from '../database/dialect.js';
import { openPostgres } from '../database/postgres-sources.js';
import type { Queryable } from '../database/unit-of-work.js';
import { someVaried } from './column-kind.js';
import type { CopiedTable, TargetColumn } from './copied-table.js';
import { type KeyRange, RowChunk, type StoredRow } from './row-chunk.js';

/** A number that no other program on the same PostgreSQL server is likely to lock. */
export const COPY_LOCK = 1_815_121_204;

/** The PostgreSQL database that is copied to, over one connection. */
export class CopyTarget implements Queryable {
  readonly dialect = dialectOf('postgres');
  readonly #source: DataSource;
  readonly #connection: QueryRunner;

  private constructor(source: DataSource, connection: QueryRunner) {
    this.#source = source;
    this.#connection = connection;
  }

  static async open(url: string): Promise<CopyTarget> {
    const source = await openPostgres(url, { poolSize: 1, statementTimeoutMs: 0 }, []);
    const target = new CopyTarget(source, source.createQueryRunner());
    // The name keeps this connection from being taken for a server's. Commits need not wait for the disk: the next run
    // copies again what a crash took away, and the commit at the end waits for all that came before. Where the network
    // swallows everything, PostgreSQL by itself asks after a silent client only after two hours, and keeps the lock.
    await target.query(sql`SELECT set_config('application_name', 'rollcall copy', false),
      set_config('synchronous_commit', 'off', false), set_config('tcp_keepalives_idle', '10', false),
      set_config('tcp_keepalives_interval', '5', false), set_config('tcp_keepalives_count', '3', false)`);
    return target;
  }

  async query(statement: Sql): Promise<Record<string, unknown>[]> {
    return (await this.#connection.query(statement.text, statement.values, true)).records;
  }

  /** Runs work in a transaction. */
  async write<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.query(sql`BEGIN`);
    try {
      const result = await work();
      await this.query(sql`COMMIT`);
      return result;
    } catch (error) {
      await this.query(sql`ROLLBACK`).catch(() => undefined);
      throw error;
    }
  }

  /** Keeps other copies to this database from starting until it is closed. @returns false when one runs already. */
  async takeForCopying(): Promise<boolean> {
    const [row] = await this.query(sql`SELECT pg_try_advisory_lock(${COPY_LOCK}::bigint) AS taken`);
    return row?.taken === true;
  }

  /** @returns how many connections servers have to this database. */
  async serverConnections(): Promise<number> {
    const [row] = await this.query(
      sql`SELECT count(*) AS count FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'rollcall'`,
    );
    return Number(row?.count);
  }

  /** The columns of all tables in the schema of the connection, from the catalogue. */
  async columns(): Promise<TargetColumn[]> {
    const rows = await this.query(
      sql`SELECT tables.relname AS table, columns.attname AS column, types.typname AS type,
          array_position(keys.indkey::smallint[], columns.attnum) AS place
        FROM pg_class AS tables
        JOIN pg_attribute AS columns ON columns.attrelid = tables.oid
        JOIN pg_type AS types ON types.oid = columns.atttypid
        LEFT JOIN pg_index AS keys ON keys.indrelid = tables.oid AND keys.indisprimary
        WHERE tables.relnamespace = current_schema()::regnamespace AND tables.relkind IN ('r', 'p')
          AND columns.attnum > 0 AND NOT columns.attisdropped AND columns.attgenerated = ''
        ORDER BY tables.relname, columns.attnum`,
    );
    return rows.map(({ table, column, type, place }) => ({
      table: String(table),
      column: String(column),
      type: String(type),
      keyPlace: place === null ? null : Number(place),
    }));
  }

  /** The first rows of a range, at most `limit`. */
  async chunkWithin(table: CopiedTable, range: KeyRange, limit: number): Promise<RowChunk> {
    const cells = table.columns.map(({ kind, sql: column }) => ({ kind, cell: kind.fromPostgres(column) }));
    const rows = await this.query(
      sql`SELECT array_to_json(ARRAY[${join(cells.map(({ cell }) => cell))}])::text AS cells,
          ${someVaried(cells)} AS varied
        FROM ${table.sql} ${within(table, range)} ORDER BY ${keyOf(table)} LIMIT ${limit}`,
    );
    return new RowChunk(
      table,
      rows.map(({ cells: row, varied }) => ({ cells: String(row), varied: varied === true })),
    );
  }

  /** Deletes all rows of a range whose keys are not among these rows. */
  async deleteOthers(table: CopiedTable, range: KeyRange, rows: readonly StoredRow[]): Promise<void> {
    const given = table.key.map(column => cellOf(table, column));
    const keys = join(table.key.map(column => column.sql));
    await this.query(
      sql`DELETE FROM ${table.sql} ${within(table, range)} AND (${keys}) NOT IN (
        SELECT ${join(given)} FROM ${givenRows(rows)}
      )`,
    );
  }

  /** Deletes all rows of a table. */
  async empty(table: CopiedTable): Promise<void> {
    await this.query(sql`DELETE FROM ${table.sql}`);
  }

  async count(table: CopiedTable): Promise<number> {
    const [row] = await this.query(sql`SELECT count(*) AS count FROM ${table.sql}`);
    return Number(row?.count);
  }

  /** Inserts rows, or updates the rows that have their keys. */
  async upsert(table: CopiedTable, rows: readonly StoredRow[]): Promise<void> {
    const others = table.columns.filter(({ keyPlace }) => keyPlace === null);
    const names = join(table.columns.map(column => column.sql));
    const update =
      others.length > 0
        ? sql`UPDATE SET ${join(others.map(column => sql`${column.sql} = excluded.${column.sql}`))}`
        : sql`NOTHING`;
    const cells = table.columns.map(column => cellOf(table, column));
    await this.query(
      sql`INSERT INTO ${table.sql} (${names}) OVERRIDING SYSTEM VALUE
        SELECT ${join(cells)} FROM ${givenRows(rows)}
        ON CONFLICT (${join(table.key.map(column => column.sql))}) DO ${update}`,
    );
  }

  async close(): Promise<void> {
    await this.#connection.release();
    await this.#source.destroy();
  }
}

function keyOf(table: CopiedTable): Sql {
  return join(table.key.map(({ kind, sql: column }) => kind.inOrder?.(column) ?? column));
}

function within(table: CopiedTable, { after, upTo }: KeyRange): Sql {
  const valuesOf = (key: readonly string[]) =>
    join(table.key.map(({ kind }, place) => kind.toPostgres(sql`${key[place]}`)));
  const behind = after ? sql` AND (${keyOf(table)}) > (${valuesOf(after)})` : empty;
  const before = upTo ? sql` AND (${keyOf(table)}) <= (${valuesOf(upTo)})` : empty;
  return sql`WHERE true${behind}${before}`;
}

function cellOf(table: CopiedTable, column: CopiedTable['columns'][number]): Sql {
  return column.kind.toPostgres(raw(`value ->> ${table.columns.indexOf(column)}`));
}

function givenRows(rows: readonly StoredRow[]): Sql {
  return sql`jsonb_array_elements(${`[${rows.map(({ cells }) => cells).join(',')}]`}::jsonb) AS given(value)`;
}
