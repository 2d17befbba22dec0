import { type Position, USER_FIELD_NAMES, USER_FIELDS, type User } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { BatchedLoader } from '../database/batched-loader.js';
import { defineTable } from '../database/table.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { readBounds } from '../events/stored-log.js';
import { toUser } from './model/to-user.js';
import { type UserRow, userTable } from './model/user-table.js';

/** What others may see of a user, and what decides how they see it. The rest is not read: most of a row is private. */
const PUBLIC_FIELDS: ReadonlySet<string> = new Set([
  ...USER_FIELD_NAMES.filter(field => USER_FIELDS[field].seenBy === 'all'),
  'invisible',
  'ban_expires',
]);

const publicTable = defineTable<UserRow>(
  'users',
  userTable.columns.filter(({ name }) => PUBLIC_FIELDS.has(name)),
);

/** Users that are kept. A user can be 16 KiB long. */
const MAX_KEPT = 1000;

/** For so long at most. Presence changes without an entry of the log. */
const KEPT_MS = 5000;

/** A user as it was read; undefined: there was none. */
interface ReadUser {
  id: string;
  user: User | undefined;
  /** The end of the log when it was read, or an earlier one. */
  asOf: Position;
  /** By the monotonic clock. */
  readAtMs: number;
}

/**
 * Users as they are now, without what is private of them, for many who ask at about the same time for about the same
 * users: those who ask at the same moment share a read, and those who began before it share what it found.
 */
export class PresentUsers {
  readonly #loader: BatchedLoader<string, ReadUser>;
  /** Those that were read last, the oldest first. */
  readonly #kept = new Map<string, ReadUser>();

  constructor(unitOfWork: UnitOfWork) {
    this.#loader = new BatchedLoader(takeIds =>
      unitOfWork.read(async transaction => this.#read(transaction, takeIds())),
    );
  }

  /**
   * The users with these ids, deleted ones included. Unknown ids are left out.
   * @param since what was logged up to here is in the answer.
   */
  async find(ids: readonly string[], since: Position): Promise<User[]> {
    const found = await Promise.all(ids.map(id => this.#recall(id, since) ?? this.#loader.load(id)));
    return found.flatMap(({ user }) => user ?? []);
  }

  #recall(id: string, { epoch, seq }: Position): ReadUser | undefined {
    const kept = this.#kept.get(id);
    const isNew = kept && kept.asOf.epoch === epoch && kept.asOf.seq >= seq;
    return isNew && performance.now() - kept.readAtMs < KEPT_MS ? kept : undefined;
  }

  async #read(transaction: Transaction, ids: readonly string[]): Promise<(id: string) => ReadUser> {
    // The log first: what is logged meanwhile may be in the rows, but nothing is missing from them.
    const { epoch, seq } = await readBounds(transaction);
    const users = await findPublic(transaction, ids);
    const readAtMs = performance.now();
    const read = new Map(
      ids.map(id => [id, { id, user: users.get(id), asOf: { epoch, seq }, readAtMs }] as const),
    );
    for (const [id, one] of read) {
      this.#kept.delete(id);
      this.#kept.set(id, one);
    }
    for (const id of this.#kept.keys()) {
      if (this.#kept.size <= MAX_KEPT) break;
      this.#kept.delete(id);
    }
    return id => read.get(id) as ReadUser;
  }
}

async function findPublic(transaction: Transaction, ids: readonly string[]): Promise<Map<string, User>> {
  const { dialect, now } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${publicTable.wideRows(dialect)} FROM users WHERE id IN (${dialect.values(ids)})`,
  );
  const users = cells.map(cell => toUser(publicTable.decode(cell, dialect), now));
  return new Map(users.map(user => [user.id, user]));
}
