import type { TestEngine } from '@rollcall/testing';
import type { DataSource } from 'typeorm';
import { parseDatabaseUrl } from '../../../src/database/database-address.js';
import { openPostgres } from '../../../src/database/postgres-sources.js';
import { openSqlite } from '../../../src/database/sqlite-sources.js';
import { isCustomIndexName } from '../../../src/query/custom-index-name.js';
import { TABLES } from '../../../src/tables.js';

/** A row as stored: absent values are left out, JSON is parsed. */
export type StoredRow = Record<string, unknown>;

/** Every row of every table, by table and by key. */
export type Dump = Record<string, Record<string, StoredRow>>;

const KEYS: Record<string, readonly string[]> = {
  roles: ['name'],
  app_settings: ['id'],
  tombstones: ['id'],
  export_chunks: ['task_id', 'number'],
  migrations: ['id'],
  nodes: ['id'],
  node_users: ['node_id', 'user_id'],
  presence_changes: ['user_id'],
  presence_stream: ['id'],
  copies: ['id'],
  user_teams: ['team', 'created_at', 'id'],
  user_words: ['field', 'word', 'id'],
  bookmarks: ['id'],
};

/** Access to the stored data outside the directory. */
export class StoredData {
  readonly #source: DataSource;
  readonly #engine: TestEngine['name'];

  private constructor(source: DataSource, engine: TestEngine['name']) {
    this.#source = source;
    this.#engine = engine;
  }

  static async open(url: string): Promise<StoredData> {
    const address = parseDatabaseUrl(url);
    const source =
      address.engine === 'postgres'
        ? await openPostgres(address.url, { poolSize: 1, statementTimeoutMs: 0 }, [])
        : await openSqlite(address, 'writer', []);
    return new StoredData(source, address.engine);
  }

  /** Runs one statement unchanged. It works on every engine and must hold no values from outside. */
  run(statement: string): Promise<StoredRow[]> {
    return this.#source.query(statement);
  }

  /** Everything that is stored. */
  async dump(): Promise<Dump> {
    const dump: Dump = {};
    for (const table of await this.#tables()) {
      const rows = (await this.run(`SELECT * FROM ${table}`)).map(cells => readRow(table, cells));
      const keys = keysOf(table);
      dump[table] = Object.fromEntries(rows.map(row => [keys.map(key => String(row[key])).join(' '), row]));
      if (Object.keys(dump[table]).length !== rows.length) throw new Error(`${table}: a key is there twice`);
    }
    return dump;
  }

  close(): Promise<void> {
    return this.#source.destroy();
  }

  async #tables(): Promise<string[]> {
    const rows = await this.run(
      this.#engine === 'postgres'
        ? "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'"
        : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    return rows.map(row => String(row.name)).sort();
  }
}

/** The rows that hold a text anywhere, as `table key`. */
export function rowsWith(dump: Dump, text: string): string[] {
  return Object.entries(dump).flatMap(([table, rows]) =>
    Object.entries(rows).flatMap(([key, row]) =>
      JSON.stringify(row).includes(text) ? [`${table} ${key}`] : [],
    ),
  );
}

/** The key of an index of a custom field, which an embedded engine keeps as a table. */
const CUSTOM_INDEX_KEY = ['custom_key', 'user_created_at', 'user_id'];

function keysOf(table: string): readonly string[] {
  if (isCustomIndexName(table)) return CUSTOM_INDEX_KEY;
  const shape = TABLES.find(({ name }) => name === table);
  const keys = shape?.columns.flatMap(({ name, primary }) => (primary ? [name] : [])) ?? KEYS[table];
  if (!keys) throw new Error(`the key of the table ${table} is not known here`);
  return keys;
}

function readRow(table: string, cells: StoredRow): StoredRow {
  const kinds = new Map(
    TABLES.find(({ name }) => name === table)?.columns.map(({ name, kind }) => [name, kind]),
  );
  const row: StoredRow = {};
  for (const [name, cell] of Object.entries(cells)) {
    if (cell === null) continue;
    const kind = table === 'events' && name === 'data' ? 'json' : kinds.get(name);
    if (kind === 'json') row[name] = typeof cell === 'string' ? JSON.parse(cell) : cell;
    else if (kind === 'boolean') row[name] = cell === true || cell === 1;
    else if (kind === 'integer') row[name] = Number(cell);
    else row[name] = cell;
  }
  return row;
}
