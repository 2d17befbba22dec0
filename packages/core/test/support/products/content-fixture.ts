import type { Actor, ContentModes } from '@rollcall/protocol';
import type { TestEngine } from '@rollcall/testing';
import sql, { empty, raw } from 'sql-template-tag';
import { parseDatabaseUrl } from '../../../src/database/database-address.js';
import { type Database, openDatabase } from '../../../src/database/open-database.js';
import type { TableOwner } from '../../../src/database/product-migrations.js';
import { insertRows, type Table } from '../../../src/database/table.js';
import type { UnitOfWork } from '../../../src/database/unit-of-work.js';
import { writeLog } from '../../../src/events/stored-log.js';
import type { ExportPage, Product } from '../../../src/products/product.js';
import { userTable } from '../../../src/users/model/user-table.js';
import { TestClock } from '../test-clock.js';
import { userRow } from '../users/user-row.js';

/** The actor of the cascades. */
export const ADMIN: Actor = { type: 'user', id: 'admin' };

/** A cascade of one user, as a test asks for it. */
export interface CascadeOptions {
  modes?: ContentModes;
  eraseUser?: boolean;
  /** About how many rows a batch may change; default 100. */
  limit?: number;
}

/** A database with users, on which a test runs a product without tasks. */
export class ContentFixture {
  readonly unitOfWork: UnitOfWork;
  /** It advances by one with every transaction. */
  readonly clock: TestClock;
  /** How often a cascade asked for a new owner. */
  newOwners = 0;
  readonly #database: Database;
  #seen = 0;

  private constructor(database: Database, clock: TestClock) {
    this.#database = database;
    this.clock = clock;
    this.unitOfWork = database.unitOfWork;
  }

  /** @param owners products with tables of their own. */
  static async open(engine: TestEngine, owners: readonly TableOwner[] = []): Promise<ContentFixture> {
    const address = parseDatabaseUrl(await engine.migratedUrl());
    const clock = new TestClock(1_700_000_000_000, 1);
    return new ContentFixture(await openDatabase(address, { owners, clock: clock.read }, writeLog), clock);
  }

  async addUsers(...ids: string[]): Promise<void> {
    const rows = ids.map(id => userRow({ id, created_at: 1, updated_at: 1 }));
    await this.unitOfWork.write(transaction => insertRows(transaction, userTable, rows));
  }

  /** Users with custom data of so many bytes, about. */
  async addLongUsers(ids: readonly string[], bytes: number): Promise<void> {
    const custom = { text: 'x'.repeat(bytes) };
    const rows = ids.map(id => userRow({ id, custom, created_at: 1, updated_at: 1 }));
    await this.unitOfWork.write(transaction => insertRows(transaction, userTable, rows));
  }

  /** Adds so many new users to a channel or a call, a hundred at a time. */
  async addMembers(table: 'channel_members' | 'call_members', cid: string, count: number): Promise<void> {
    const ids = Array.from({ length: count }, (_, index) => `${cid}:${index}`);
    await this.addUsers(...ids);
    const since = this.clock.now;
    const deleted = table === 'call_members' ? [sql`, deleted`, sql`, false`] : [empty, empty];
    await this.unitOfWork.write(async transaction => {
      for (let start = 0; start < count; start += 100) {
        const users = transaction.dialect.values(ids.slice(start, start + 100));
        await transaction.query(
          sql`INSERT INTO ${raw(table)} (cid, user_id, created_at${deleted[0]})
            SELECT ${cid}, id, ${since + start}${deleted[1]} FROM users WHERE id IN (${users})`,
        );
      }
    });
  }

  /** Puts a user into another state, as the life cycle and moderation do. */
  async setUser(
    id: string,
    { deleted_at = null, deactivated_at = null, banned = false, ban_expires = null }: UserState,
  ): Promise<void> {
    await this.unitOfWork.write(transaction =>
      transaction.query(
        sql`UPDATE users SET deleted_at = ${deleted_at}, deactivated_at = ${deactivated_at},
          banned = ${raw(String(banned))}, ban_expires = ${ban_expires} WHERE id = ${id}`,
      ),
    );
  }

  /** Stores an accepted deletion of a user that no task has reached. With `cancelled`, no task ever will. */
  async acceptDeletion(userId: string, modes: ContentModes, status = 'pending'): Promise<void> {
    const { messages = null, conversations = null, calls = null } = modes;
    await this.unitOfWork.write(async transaction => {
      await transaction.query(sql`DELETE FROM sweeps`);
      await transaction.query(sql`DELETE FROM tasks`);
      await transaction.query(
        sql`INSERT INTO tasks (id, type, status, actor, input, done, total, failed, tries, run_at, fence,
            cancel_requested, created_at, updated_at)
          VALUES ('task', 'users.delete', ${status}, '{}', '{}', 0, 1, 0, 0, 0, 0, false, 1, 1)`,
      );
      await transaction.query(
        sql`INSERT INTO sweeps (user_id, task_id, kind, user_changed, messages, conversations, calls, changed)
          VALUES (${userId}, 'task', 'delete', true, ${messages}, ${conversations}, ${calls}, '{}')`,
      );
    });
  }

  /** Every row of a table, in the order of its key. */
  async rows<Row extends object>(table: Table<Row>): Promise<Row[]> {
    const key = table.columns.flatMap(({ name, primary }) => (primary ? [name] : [])).join(', ');
    const cells = await this.unitOfWork.read(transaction =>
      transaction.query(sql`SELECT * FROM ${raw(table.name)} ORDER BY ${raw(key)}`),
    );
    return cells.map(one => table.decode(one, this.unitOfWork.dialect));
  }

  /** Runs a cascade of a user to its end, and answers with the sum of what its batches changed. */
  async cascade(
    product: Product,
    operation: 'deactivate' | 'reactivate' | 'delete' | 'restore',
    { userId, limit = 100, modes = {}, eraseUser = false }: CascadeOptions & { userId: string },
  ): Promise<Record<string, number>> {
    const changed: Record<string, number> = {};
    for (let more = true; more; ) {
      const batch = await this.unitOfWork.write(transaction =>
        product[operation]({
          transaction,
          userId,
          actor: ADMIN,
          limit,
          modes,
          eraseUser,
          newOwner: async () => {
            this.newOwners += 1;
            return 'newOwner';
          },
        }),
      );
      for (const [name, count] of Object.entries(batch.changed)) {
        if (count > 0) changed[name] = (changed[name] ?? 0) + count;
      }
      more = batch.more;
    }
    return changed;
  }

  /** What a deletion would change. */
  count(
    product: Product,
    { userId, modes = {}, eraseUser = false }: CascadeOptions & { userId: string },
  ): Promise<Record<string, number>> {
    return this.unitOfWork.read(transaction =>
      product.count(transaction, { userIds: [userId], modes, eraseUser }),
    );
  }

  /** Everything that a product exports of a user, page by page. */
  async export(product: Product, userId: string, limit: number): Promise<ExportPage['records'][number][]> {
    const records: ExportPage['records'][number][] = [];
    let after: string | undefined;
    do {
      const page = await this.unitOfWork.read(transaction =>
        product.export(transaction, { userId, limit, ...(after !== undefined && { after }) }),
      );
      records.push(...page.records);
      after = page.next;
    } while (after !== undefined);
    return records;
  }

  /** Every event since the last call, oldest first: its type, who did it, and its data. */
  async newEvents(): Promise<object[]> {
    const cells = await this.unitOfWork.read(transaction =>
      transaction.query(
        sql`SELECT seq, type, actor_id, data FROM events WHERE seq > ${this.#seen} ORDER BY seq`,
      ),
    );
    this.#seen = Number(cells.at(-1)?.seq ?? this.#seen);
    return cells.map(({ type, actor_id, data }) => ({ type, actor_id, ...JSON.parse(String(data)) }));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** The state of a user. What is left out is not so. */
interface UserState {
  deleted_at?: number | null;
  deactivated_at?: number | null;
  banned?: boolean;
  ban_expires?: number | null;
}
