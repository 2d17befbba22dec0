import sql, { empty, raw } from 'sql-template-tag';
import { belongsTo, type Tenant } from '../access/access.js';
import { readContentCursor, writeContentCursor } from '../database/page-cursor.js';
import type { Transaction } from '../database/unit-of-work.js';
import { type BlockRow, blockTable } from '../users/block-table.js';
import { findUsers, requireStored } from '../users/find-users.js';
import type { UserRow } from '../users/model/user-table.js';
import { fittingItems, USER_BYTES } from '../users/user-bytes.js';
import { tenantOfViewer, type Viewer } from '../users/viewer.js';

/** One page of a user's blocks, newest first, and the blocked users. */
export interface BlockList {
  blocks: BlockRow[];
  users: ReadonlyMap<string, UserRow>;
  /** Where the next page begins. The last page has none. */
  next?: string;
}

/** Whose blocks are asked for, and which page of them. */
export interface BlockQuery {
  userId: string;
  limit: number;
  /** `next` of the page before. */
  next?: string;
}

/**
 * One page of the users whom a user has blocked, newest first, including deleted ones. Users whom the viewer may not see
 * are left out. A page is cut where its users become long; only the last one can be empty.
 * @throws RollcallError `USER_NOT_FOUND`, `CURSOR_INVALID`
 */
export async function listBlocks(
  transaction: Transaction,
  viewer: Viewer,
  query: BlockQuery,
): Promise<BlockList> {
  await requireStored(transaction, query.userId);
  const tenant = await tenantOfViewer(transaction, viewer);
  let page = await readPage(transaction, tenant, query);
  while (page.blocks.length === 0 && page.next !== undefined) {
    page = await readPage(transaction, tenant, { ...query, next: page.next });
  }
  return page;
}

async function readPage(
  transaction: Transaction,
  tenant: Tenant,
  { userId, limit, next }: BlockQuery,
): Promise<BlockList> {
  const list = ['blocks', userId];
  const after = next === undefined ? undefined : readContentCursor(next, list);
  const from = after ? sql`AND (created_at, blocked_user_id) < (${after.created_at}, ${after.key})` : empty;
  const cells = await transaction.query(
    sql`SELECT ${raw(blockTable.columnList)}, ${USER_BYTES} AS bytes FROM (
        SELECT ${raw(blockTable.columnList)} FROM blocks WHERE user_id = ${userId} ${from}
        ORDER BY created_at DESC, blocked_user_id DESC LIMIT ${limit + 1}
      ) AS blocks LEFT JOIN users ON users.id = blocks.blocked_user_id
      ORDER BY blocks.created_at DESC, blocks.blocked_user_id DESC`,
  );
  const room = fittingItems(cells.slice(0, limit).map(cell => Number(cell.bytes)));
  const rows = cells.slice(0, room).map((cell): BlockRow => blockTable.decode(cell, transaction.dialect));
  const users = await findUsers(
    transaction,
    rows.map(row => row.blocked_user_id),
  );
  const last = cells.length > room ? rows.at(-1) : undefined;
  return {
    blocks: rows.filter(row => {
      const user = users.get(row.blocked_user_id);
      return user !== undefined && belongsTo(tenant, user.teams);
    }),
    users,
    ...(last && {
      next: writeContentCursor({ created_at: last.created_at, key: last.blocked_user_id }, list),
    }),
  };
}
