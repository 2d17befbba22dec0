import { type Issue, RollcallError } from '@rollcall/protocol';
import sql, { empty, type Sql } from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { type UserRow, userTable } from './model/user-table.js';
import { findTombstones, userDeleted } from './tombstones.js';

/** The users with these ids, including deleted ones, in no particular order. Unknown ids are left out. */
export function findUsers(transaction: Transaction, ids: readonly string[]): Promise<Map<string, UserRow>> {
  return select(transaction, ids, empty);
}

/** Like `findUsers`. It also locks the users for writing until this transaction ends, in the order of their ids. */
export function findUsersForUpdate(
  transaction: WriteTransaction,
  ids: readonly string[],
): Promise<Map<string, UserRow>> {
  return select(transaction, ids, sql` ORDER BY id${transaction.dialect.forUpdate}`);
}

/**
 * Like `findUsers`. It also locks the users against changes until this transaction ends; others may read and share-lock
 * them.
 */
export function findUsersForShare(
  transaction: WriteTransaction,
  ids: readonly string[],
): Promise<Map<string, UserRow>> {
  return select(transaction, ids, sql` ORDER BY id${transaction.dialect.forShare}`);
}

/** One user. @throws RollcallError `USER_NOT_FOUND` */
export async function findUser(transaction: Transaction, id: string): Promise<UserRow> {
  const row = (await findUsers(transaction, [id])).get(id);
  if (!row) throw userNotFound(id);
  return row;
}

/** The same where nothing of the user is needed. Its row can be long. @throws RollcallError `USER_NOT_FOUND` */
export async function requireStored(transaction: Transaction, id: string): Promise<void> {
  const cells = await transaction.query(sql`SELECT 1 AS there FROM users WHERE id = ${id}`);
  if (cells.length === 0) throw userNotFound(id);
}

/** The error for an id that no user has. */
export function userNotFound(id: string, place: { index?: number; field?: string } = {}): RollcallError {
  return new RollcallError('USER_NOT_FOUND', `there is no user "${id}"`, { field: 'id', ...place });
}

/** Locks are taken in the order of the ids, so that two overlapping batches cannot deadlock. */
async function select(
  transaction: Transaction,
  ids: readonly string[],
  lock: Sql,
): Promise<Map<string, UserRow>> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${userTable.wideRows(dialect)} FROM users WHERE id IN (${dialect.values(ids)})${lock}`,
  );
  const rows = cells.map(cell => userTable.decode(cell, dialect));
  return new Map(rows.map(row => [row.id, row]));
}

/** The users that a call names: the stored ones, and the hard-deleted ones. */
export interface NamedUsers {
  stored: Map<string, UserRow>;
  erased: Set<string>;
}

/**
 * Reads the users that a call names with `find`, which may lock them.
 * @throws RollcallError `USER_NOT_FOUND` for the first user that never existed, with all of them in `issues`.
 */
export async function requireUsers(
  transaction: Transaction,
  ids: readonly string[],
  find: (transaction: Transaction, ids: readonly string[]) => Promise<Map<string, UserRow>> = findUsers,
): Promise<NamedUsers> {
  const stored = await find(transaction, ids);
  const missing = ids.filter(id => !stored.has(id));
  const erased = await findTombstones(transaction, missing);
  throwIssues(
    ids.flatMap((id, index) =>
      stored.has(id) || erased.has(id) ? [] : [userNotFound(id, { index, field: 'ids' })],
    ),
  );
  return { stored, erased };
}

/** Refuses deleted users. @throws RollcallError `USER_DELETED` for the first one, with all of them in `issues`. */
export function refuseDeleted(ids: readonly string[], isDeleted: (id: string) => boolean): void {
  throwIssues(ids.flatMap((id, index) => (isDeleted(id) ? [userDeleted(id, { index, field: 'ids' })] : [])));
}

function throwIssues(errors: RollcallError[]): void {
  const issues = errors.map(
    ({ code, message, index, field }): Issue => ({
      code,
      message,
      ...(index !== undefined && { index }),
      ...(field !== undefined && { field }),
    }),
  );
  if (issues.length > 0) throw RollcallError.ofIssues(issues);
}
