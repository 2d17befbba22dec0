import { USER_FIELD_NAMES, USER_FIELDS, type User } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { BatchedLoader } from '../database/batched-loader.js';
import { defineTable } from '../database/table.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
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

/** Users as they are now, without what is private of them. All who ask at the same moment share the reads. */
export class PresentUsers {
  readonly #loader: BatchedLoader<string, User | undefined>;

  constructor(unitOfWork: UnitOfWork) {
    this.#loader = new BatchedLoader(takeIds =>
      unitOfWork.read(async transaction => {
        const found = await findPublic(transaction, takeIds());
        return id => found.get(id);
      }),
    );
  }

  /** The users with these ids, deleted ones included. Unknown ids are left out. */
  async find(ids: readonly string[]): Promise<User[]> {
    const found = await Promise.all(ids.map(id => this.#loader.load(id)));
    return found.filter(user => user !== undefined);
  }
}

async function findPublic(transaction: Transaction, ids: readonly string[]): Promise<Map<string, User>> {
  const { dialect, now } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(publicTable.columnList)} FROM users WHERE id IN (${dialect.values(ids)})`,
  );
  return new Map(cells.map(cell => [cell.id as string, toUser(publicTable.decode(cell, dialect), now)]));
}
