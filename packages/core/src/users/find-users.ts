import { type Issue, RollcallError } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Transaction, WriteTransaction } from '../database/unit-of-work.js';
import { type UserRow, userTable } from './model/user-table.js';
import { findTombstones, userDeleted } from './tombstones.js';

/** The users with these ids, deleted ones included, in no particular order; unknown ids are simply not there. */
export function findUsers(transaction: Transaction, ids: readonly string[]): Promise<Map<string, UserRow>> {
  return select(transaction, ids, empty);
}

/** The same, and nobody else changes them before this transaction ends. Locked in the order of their ids. */
export function findUsersForUpdate(
  transaction: WriteTransaction,
  ids: readonly string[],
): Promise<Map<string, UserRow>> {
  return select(transaction, ids, sql` ORDER BY id${transaction.dialect.forUpdate}`);
}

/** The same, and they stay as they are until this transaction ends, whoever else reads them. */
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

/** The error for an id that nobody has. */
export function userNotFound(id: string, place: { index?: number; field?: string } = {}): RollcallError {
  return new RollcallError('USER_NOT_FOUND', `there is no user "${id}"`, { field: 'id', ...place });
}

/** The order of the locks is the order of the ids, so that two batches that overlap cannot wait for each other. */
async function select(
  transaction: Transaction,
  ids: readonly string[],
  lock: Sql,
): Promise<Map<string, UserRow>> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(userTable.columnList)} FROM users WHERE id IN (${dialect.values(ids)})${lock}`,
  );
  return new Map(cells.map(cell => [cell.id as string, userTable.decode(cell, dialect)]));
}

/** The users that a call names: those that are stored, and those that are gone for good. */
export interface NamedUsers {
  stored: Map<string, UserRow>;
  erased: Set<string>;
}

/**
 * Reads the users that a call names, by `find`, which may hold them.
 * @throws RollcallError `USER_NOT_FOUND` for the first that never was, all of them in `issues`.
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

/** Refuses users of a call who are deleted. @throws RollcallError `USER_DELETED` for the first, all of them in `issues`. */
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
