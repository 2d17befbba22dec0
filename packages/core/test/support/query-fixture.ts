import { type Filter, parseFilter, parseSort, type SortKey } from '@rollcall/protocol';
import { queryUsersOptionsSchema } from '@rollcall/protocol/schemas';
import type { TestEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { parseDatabaseUrl } from '../../src/database/engine.js';
import { insertRows } from '../../src/database/insert-rows.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import type { Transaction, UnitOfWork } from '../../src/database/unit-of-work.js';
import { writeLog } from '../../src/events/write-log.js';
import { syncCustomIndexes } from '../../src/query/custom-indexes.js';
import { queryUsers } from '../../src/query/query-users.js';
import { searchColumn } from '../../src/query/search-column.js';
import type { UserQuery } from '../../src/query/user-query.js';
import { type UserRow, userTable } from '../../src/users/user-table.js';

/** The moment at which the tests ask; bans run out around it. */
export const NOW = 1_700_000_000_000;

/** A query as a caller writes it. */
export interface WrittenQuery {
  filter?: Filter;
  sort?: SortKey[];
  options?: Record<string, unknown>;
  indexedFields?: readonly string[];
  seesInvisible?: boolean;
}

/** A user row from the fields that matter to a test; the derived columns follow from them. */
export function userRow(fields: Partial<UserRow> & Pick<UserRow, 'id'>): UserRow {
  return {
    id_words: searchColumn(fields.id),
    ...(fields.name !== undefined && { name_words: searchColumn(fields.name) }),
    role: 'user',
    teams: [],
    custom: {},
    invisible: false,
    banned: false,
    shadow_banned: false,
    blocked_user_ids: [],
    devices: [],
    online: false,
    created_at: NOW,
    updated_at: NOW,
    revision: 1,
    ...fields,
  };
}

/** Checks a query as the router does. */
export function parseQuery(written: WrittenQuery): UserQuery {
  const rights = { server: true };
  return {
    filter: parseFilter(written.filter ?? {}, rights),
    sort: parseSort(written.sort, rights),
    options: queryUsersOptionsSchema.parse(written.options ?? {}),
    now: NOW,
    indexedFields: written.indexedFields ?? [],
    seesInvisible: written.seesInvisible ?? true,
  };
}

/** A database with users in it, and a record of the statements that read them. */
export class QueryFixture {
  readonly unitOfWork: UnitOfWork;
  /** Texts of the statements since the last call of `takeStatements`. */
  readonly #statements = new Set<string>();
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
    this.unitOfWork = database.unitOfWork;
  }

  static async open(engine: TestEngine): Promise<QueryFixture> {
    return new QueryFixture(await openDatabase(parseDatabaseUrl(await engine.freshUrl()), [], writeLog));
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** Makes these the only users. */
  async replaceUsers(rows: readonly UserRow[]): Promise<void> {
    await this.unitOfWork.write(async transaction => {
      await transaction.query(sql`DELETE FROM users`);
      await insertRows(transaction, userTable, rows);
    });
  }

  async putUsers(rows: readonly UserRow[]): Promise<void> {
    await this.unitOfWork.write(transaction => insertRows(transaction, userTable, rows, { key: 'id' }));
  }

  async index(paths: readonly string[]): Promise<void> {
    await this.unitOfWork.write(transaction => syncCustomIndexes(transaction, paths));
  }

  /** One page. */
  page(written: WrittenQuery): Promise<{ rows: UserRow[]; next?: string }> {
    const query = parseQuery(written);
    return this.unitOfWork.read(transaction => queryUsers(this.#recording(transaction), query));
  }

  /** The ids of one page of a hundred, in order. */
  async ids(written: WrittenQuery): Promise<string[]> {
    const { rows } = await this.page({ ...written, options: { limit: 100, ...written.options } });
    return rows.map(row => row.id);
  }

  /** The texts of the statements that ran since the last call. */
  takeStatements(): string[] {
    const texts = [...this.#statements];
    this.#statements.clear();
    return texts;
  }

  /** How the engine would run the statements of a query, one plan as text for each. */
  async plans(written: WrittenQuery): Promise<string[]> {
    const query = parseQuery(written);
    const explain = this.unitOfWork.dialect.name === 'postgres' ? sql`EXPLAIN ` : sql`EXPLAIN QUERY PLAN `;
    return this.unitOfWork.read(async transaction => {
      const plans: string[] = [];
      const explaining: Transaction = {
        dialect: transaction.dialect,
        query: async statement => {
          const lines = await transaction.query(sql`${explain}${statement}`);
          plans.push(lines.map(line => String(line['QUERY PLAN'] ?? line.detail)).join('\n'));
          return transaction.query(statement);
        },
      };
      await queryUsers(explaining, query);
      return plans;
    });
  }

  #recording(transaction: Transaction): Transaction {
    return {
      dialect: transaction.dialect,
      query: statement => {
        this.#statements.add(statement.sql);
        return transaction.query(statement);
      },
    };
  }
}
