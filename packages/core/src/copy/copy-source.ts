import { existsSync } from 'node:fs';
import { RollcallError } from '@rollcall/protocol';
import sql, { empty, join, type Sql } from 'sql-template-tag';
import type { DataSource } from 'typeorm';
import type { DatabaseAddress } from '../database/database-address.js';
import { FileLock } from '../database/sqlite-file.js';
import { openSqlite } from '../database/sqlite-sources.js';
import { someVaried } from './column-kind.js';
import { AT_REST, type CopiedTable, type SourceTables } from './copied-table.js';
import { type Key, RowChunk } from './row-chunk.js';

/** One read takes at most this many rows, and no further row once it has this many bytes. */
const CHUNK_ROWS = 2000;
const CHUNK_BYTES = 2 * 1024 * 1024;

/**
 * An embedded database that is copied, over a connection that cannot write. Each statement reads a state of its own, so
 * that nothing holds up a server that works on the file.
 */
export class CopySource {
  readonly #address: Extract<DatabaseAddress, { file: string }>;
  readonly #source: DataSource;

  private constructor(address: Extract<DatabaseAddress, { file: string }>, source: DataSource) {
    this.#address = address;
    this.#source = source;
  }

  /** @throws RollcallError `INPUT_INVALID` for a file that is missing or not a database of Rollcall. */
  static async open(address: Extract<DatabaseAddress, { file: string }>): Promise<CopySource> {
    if (!existsSync(address.file)) throw refused(`there is no file ${address.file}`);
    const file = await openSqlite(address, 'reader', []).catch((error: unknown) => {
      if (!String(error).includes('file is not a database')) throw error;
      throw refused(`${address.file} is not a database`);
    });
    const source = new CopySource(address, file);
    const tables = await source.tables();
    if (tables.has('migrations') && tables.has('event_stream')) return source;
    await source.close();
    throw refused(`${address.file} is not a database of Rollcall`);
  }

  /** The names of the columns of each table, all in lower case, as in the other engine. */
  async tables(): Promise<SourceTables> {
    const rows = await this.#query(
      sql`SELECT lower(tables.name) AS name, lower(columns.name) AS part
        FROM sqlite_master AS tables, pragma_table_xinfo(tables.name) AS columns
        WHERE tables.type = 'table' AND substr(tables.name, 1, 7) <> 'sqlite_' AND columns.hidden = 0`,
    );
    const tables = new Map<string, string[]>();
    for (const { name, part } of rows) {
      tables.set(String(name), [...(tables.get(String(name)) ?? []), String(part)]);
    }
    return tables;
  }

  /** The names of the migrations that it has run. */
  async migrations(): Promise<string[]> {
    const rows = await this.#query(sql`SELECT name FROM migrations`);
    return rows.map(({ name }) => String(name));
  }

  /** The epoch of its event log. */
  async epoch(): Promise<string> {
    const [row] = await this.#query(sql`SELECT epoch FROM event_stream`);
    return String(row?.epoch);
  }

  async count(table: CopiedTable): Promise<number> {
    const [row] = await this.#query(sql`SELECT count(*) AS count FROM ${table.sql}`);
    return Number(row?.count);
  }

  /** The next rows after a key, as many as one read takes; none at the end. */
  async chunkAfter(table: CopiedTable, after: Key | undefined): Promise<RowChunk> {
    const atRest = AT_REST[table.name] ?? {};
    const cells = table.columns.map(({ kind, name, sql: column }) => ({
      kind,
      cell: atRest[name.toLowerCase()] ?? kind.fromSqlite(column),
    }));
    const key = join(table.key.map(column => column.sql));
    const behind = after
      ? sql`WHERE (${key}) > (${join(table.key.map(({ kind }, place) => kind.toSqlite(sql`${after[place]}`)))})`
      : empty;
    const rows = await this.#query(
      sql`SELECT cells, varied FROM (
        SELECT cells, varied, sum(octet_length(cells)) OVER (ROWS UNBOUNDED PRECEDING) - octet_length(cells) AS before FROM (
          SELECT json_array(${join(cells.map(({ cell }) => cell))}) AS cells, ${someVaried(cells)} AS varied FROM ${table.sql} ${behind}
          ORDER BY ${key} LIMIT ${CHUNK_ROWS}
        )
      ) WHERE before < ${CHUNK_BYTES}`,
    );
    return new RowChunk(
      table,
      rows.map(({ cells: row, varied }) => ({ cells: String(row), varied: varied === 1 })),
    );
  }

  /**
   * Takes the lock of the database, as a server does: no server can start on it until the lock is released.
   * @returns undefined when another process has the lock.
   */
  async lock(): Promise<FileLock | undefined> {
    const open = (file: string) => openSqlite({ ...this.#address, file }, 'lock', []);
    try {
      return await FileLock.acquire(this.#address.file, open);
    } catch (error) {
      if (error instanceof RollcallError && error.code === 'UNAVAILABLE') return undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#source.destroy();
  }

  #query(statement: Sql): Promise<Record<string, unknown>[]> {
    return this.#source.query(statement.sql, statement.values);
  }
}

function refused(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${message}; nothing was copied`, { field: 'from' });
}
