import { type CountUsersAnswer, type Filter, parseFilter, parseSort, type SortKey } from '@rollcall/protocol';
import { queryUsersOptionsSchema } from '@rollcall/protocol/schemas';
import type { TestEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { parseDatabaseUrl } from '../../../src/database/database-address.js';
import { type Database, openDatabase } from '../../../src/database/open-database.js';
import { insertRows } from '../../../src/database/table.js';
import type { Transaction, UnitOfWork } from '../../../src/database/unit-of-work.js';
import { writeLog } from '../../../src/events/stored-log.js';
import { CustomIndexes } from '../../../src/query/custom-indexes.js';
import { countUsers, queryUsers } from '../../../src/query/query-users.js';
import type { UserQuery } from '../../../src/query/user-query.js';
import { type UserRow, userTable } from '../../../src/users/model/user-table.js';
import { NOW } from '../users/user-row.js';

/** A query as a caller writes it. */
export interface WrittenQuery {
  filter?: Filter;
  sort?: SortKey[];
  options?: Record<string, unknown>;
  indexedFields?: readonly string[];
  seesInvisible?: boolean;
  /** Whom the caller sees; default everybody. */
  tenant?: readonly string[];
}

/** Parses a query as the router does. */
function parseQuery(written: WrittenQuery): UserQuery {
  const rights = { server: true };
  return {
    filter: parseFilter(written.filter ?? {}, rights),
    sort: parseSort(written.sort, rights),
    options: queryUsersOptionsSchema.parse(written.options ?? {}),
    now: NOW,
    indexedFields: written.indexedFields ?? [],
    seesInvisible: written.seesInvisible ?? true,
    ...(written.tenant && { tenant: written.tenant }),
  };
}

/** A database with users in it. */
export class QueryFixture {
  readonly unitOfWork: UnitOfWork;
  readonly #database: Database;

  private constructor(database: Database) {
    this.#database = database;
    this.unitOfWork = database.unitOfWork;
  }

  /** @param url a database that is there already; absent: a new one. */
  static async open(engine: TestEngine, url?: string): Promise<QueryFixture> {
    const address = parseDatabaseUrl(url ?? (await engine.migratedUrl()));
    return new QueryFixture(await openDatabase(address, {}, writeLog));
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  /** Replaces all users by these. */
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
    await new CustomIndexes(this.unitOfWork, async () => paths).make();
  }

  /** One page. */
  page(written: WrittenQuery): Promise<{ rows: UserRow[]; next?: string }> {
    const query = parseQuery(written);
    return this.unitOfWork.read(transaction => queryUsers(transaction, query));
  }

  /** The ids of one page of a hundred, in order. */
  async ids(written: WrittenQuery): Promise<string[]> {
    const { rows } = await this.page({ ...written, options: { limit: 100, ...written.options } });
    return rows.map(row => row.id);
  }

  /** How many users a query finds, as far as they are counted. */
  count(written: WrittenQuery, upTo: number): Promise<CountUsersAnswer> {
    const query = parseQuery(written);
    return this.unitOfWork.read(transaction => countUsers(transaction, query, upTo));
  }

  /** How the engine would run the statements of a query: one plan, as text, for each. */
  async plans(written: WrittenQuery): Promise<string[]> {
    const query = parseQuery(written);
    const explain = this.unitOfWork.dialect.name === 'postgres' ? sql`EXPLAIN ` : sql`EXPLAIN QUERY PLAN `;
    return this.unitOfWork.read(async transaction => {
      const plans: string[] = [];
      const explaining: Transaction = {
        dialect: transaction.dialect,
        now: transaction.now,
        query: async statement => {
          // The statement runs first, because a plan alone does not notice that another connection has changed the schema.
          const rows = await transaction.query(statement);
          // What is asked of the catalogue has nothing to do with users.
          if (/sqlite_schema|pg_class/.test(statement.sql)) return rows;
          const lines = await transaction.query(sql`${explain}${statement}`);
          plans.push(foundBy(lines).join('\n'));
          return rows;
        },
      };
      await queryUsers(explaining, query);
      return plans;
    });
  }
}

/**
 * The lines of a plan that find the users. SQLite's rows of a page are made, and put in order once more, after it has been
 * found: a statement around the one that finds it.
 */
function foundBy(lines: readonly Record<string, unknown>[]): string[] {
  const page = lines.find(({ detail }) => detail === 'CO-ROUTINE page');
  const within = new Set([page?.id]);
  const finds = page
    ? lines.filter(({ id, parent }) => within.has(parent as number) && within.add(id as number))
    : lines;
  return finds.map(line => String(line['QUERY PLAN'] ?? line.detail));
}
