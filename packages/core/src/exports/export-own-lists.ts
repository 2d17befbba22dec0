import type { JsonObject } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { type BlockRow, blockTable } from '../blocks/block-table.js';
import type { Transaction } from '../database/unit-of-work.js';
import type { ExportPage } from '../products/product.js';
import { type BanRow, banTable } from '../users/ban-table.js';
import { findUsers } from '../users/find-users.js';

type OwnRecord = { kind: string } & JsonObject;

/**
 * The ban, the blocks and the devices of a user, as records `ban`, `block` and `device`, in one page: there are at most
 * 1,000 blocks and 25 devices. Who has blocked the user is those others' data.
 */
export async function exportOwnLists(
  transaction: Transaction,
  { userId }: { userId: string },
): Promise<ExportPage> {
  const { dialect } = transaction;
  const bans = await transaction.query(
    sql`SELECT ${raw(banTable.columnList)} FROM bans WHERE user_id = ${userId}`,
  );
  const blocks = await transaction.query(
    sql`SELECT ${raw(blockTable.columnList)} FROM blocks WHERE user_id = ${userId}
      ORDER BY created_at, blocked_user_id`,
  );
  const user = (await findUsers(transaction, [userId])).get(userId);
  return {
    records: [
      ...bans.map((cell): OwnRecord => {
        const { user_id: _, ...ban }: BanRow = banTable.decode(cell, dialect);
        return { kind: 'ban', ...ban };
      }),
      ...blocks.map((cell): OwnRecord => {
        const { blocked_user_id, created_at }: BlockRow = blockTable.decode(cell, dialect);
        return { kind: 'block', blocked_user_id, created_at };
      }),
      ...(user?.devices ?? []).map((device): OwnRecord => ({ kind: 'device', ...device })),
    ],
  };
}
