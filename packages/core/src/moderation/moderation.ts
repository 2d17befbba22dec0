import type { Actor } from '@rollcall/protocol';
import type { ParsedBanUser, ParsedQueryBanned } from '@rollcall/protocol/schemas';
import sql, { join, raw, type Sql } from 'sql-template-tag';
import { readContentCursor, writeContentCursor } from '../database/page-cursor.js';
import { type QueryLimits, queryLane } from '../database/read-lane.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { jsonDialectOf } from '../query/json-dialect-of.js';
import { type BanRow, banTable } from '../users/bans.js';
import { findUsers } from '../users/find-users.js';
import type { UserRow } from '../users/model/user-table.js';
import { tenantOfViewer, type Viewer } from '../users/viewer.js';
import { banUser, type Moderator, unbanUser } from './change-ban.js';

/**
 * Bans. The caller has checked the form of the input and that the caller may ban at all; this class checks whom a user
 * may ban. The operations themselves enforce a ban: a banned user cannot write content.
 */
export class Moderation {
  readonly #unitOfWork: UnitOfWork;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** Bans a user, or changes its ban. @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, `NOT_ALLOWED`, `INPUT_INVALID` */
  ban(actor: Actor, moderator: Moderator, request: ParsedBanUser): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => banUser(transaction, actor, { moderator, request }));
  }

  /** Ends the open ban of a user, or with `shadow` its shadow ban. @throws RollcallError as `ban` does */
  unban(actor: Actor, moderator: Moderator, change: { id: string; shadow: boolean }): Promise<UserRow> {
    return this.#unitOfWork.write(transaction => unbanUser(transaction, actor, { moderator, ...change }));
  }

  /** One page of the bans in force, newest first. @throws RollcallError `CURSOR_INVALID` */
  queryBanned(viewer: Viewer, query: ParsedQueryBanned, limits?: QueryLimits): Promise<BanPage> {
    return this.#unitOfWork.read(transaction => queryBanned(transaction, viewer, query), queryLane(limits));
  }
}

/** Bans, and the users that they name. */
export interface BanPage {
  bans: BanRow[];
  users: ReadonlyMap<string, UserRow>;
  /** Where the next page begins. The last page has none. */
  next?: string;
}

/**
 * One page of the bans in force, newest first. Deleted users are left out. Paging is stable: a ban that is imposed
 * meanwhile moves no other ban to another page.
 * @param viewer a back end also sees shadow bans; a user sees the open bans in its own tenant.
 * @throws RollcallError `CURSOR_INVALID`
 */
async function queryBanned(
  transaction: Transaction,
  viewer: Viewer,
  { limit, next }: ParsedQueryBanned,
): Promise<BanPage> {
  const tenant = await tenantOfViewer(transaction, viewer);
  const asked = ['bans', viewer.kind];
  const conditions: Sql[] = [
    sql`users.deleted_at IS NULL`,
    sql`(bans.expires_at IS NULL OR bans.expires_at > ${transaction.now})`,
  ];
  if (tenant) conditions.push(jsonDialectOf(transaction.dialect).belongsTo(tenant));
  if (viewer.kind === 'user') conditions.push(sql`NOT bans.shadow`);
  if (next !== undefined) {
    const after = readContentCursor(next, asked);
    conditions.push(sql`(bans.created_at, bans.user_id) < (${after.created_at}, ${after.key})`);
  }
  const cells = await transaction.query(
    sql`SELECT ${raw(banTable.columnList)} FROM bans JOIN users ON users.id = bans.user_id
      WHERE ${join(conditions, ' AND ')} ORDER BY bans.created_at DESC, bans.user_id DESC LIMIT ${limit + 1}`,
  );
  const bans = cells.slice(0, limit).map((one): BanRow => banTable.decode(one, transaction.dialect));
  const named = new Set(bans.flatMap(ban => [ban.user_id, ban.banned_by_id ?? ban.user_id]));
  const page = { bans, users: await findUsers(transaction, [...named]) };
  const last = bans.at(-1);
  if (cells.length <= limit || !last) return page;
  return { ...page, next: writeContentCursor({ created_at: last.created_at, key: last.user_id }, asked) };
}
