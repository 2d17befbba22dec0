import type { JsonObject } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import type { Transaction } from '../database/unit-of-work.js';
import { type EventRow, eventTable } from '../events/event-tables.js';
import type { ExportPage, Product } from '../products/product.js';
import { type BanRow, banTable } from '../users/bans.js';
import { type BlockRow, blockTable } from '../users/block-table.js';
import { findUsers } from '../users/find-users.js';

/** Something that holds data of a user: the products, the user's ban, blocks and devices, and the log. */
export interface ExportSource {
  readonly name: string;
  /** The page after `after`, about `limit` records, oldest first. */
  export: Product['export'];
}

/** All sources of what is stored about a user, besides the user itself. */
export function exportSources(products: readonly Product[]): readonly ExportSource[] {
  return [
    ...products,
    { name: 'moderation', export: exportOwnLists },
    { name: 'events', export: exportEvents },
  ];
}

/** The entries of the log about a user, which say how the user was before. */
async function exportEvents(
  transaction: Transaction,
  { userId, after, limit }: { userId: string; after?: string; limit: number },
): Promise<ExportPage> {
  const cells = await transaction.query(
    sql`SELECT ${raw(eventTable.columnList)} FROM events
      WHERE user_id = ${userId} AND seq > ${Number(after ?? 0)} ORDER BY seq LIMIT ${limit}`,
  );
  const rows = cells.map(cell => eventTable.decode(cell, transaction.dialect));
  const last = rows.length === limit ? rows.at(-1) : undefined;
  return { records: rows.map(row => toRecord(row, userId)), ...(last && { next: String(last.seq) }) };
}

/** An entry as a record. It does not say which other person caused a change. */
function toRecord(
  { type, at, actor_type, actor_id, data }: EventRow,
  userId: string,
): { kind: string } & JsonObject {
  const actor = { type: actor_type, ...(actor_id === userId && { id: userId }) };
  return { kind: 'event', type, created_at: at, actor, ...(JSON.parse(data) as JsonObject) };
}

type OwnRecord = { kind: string } & JsonObject;

/**
 * The ban, the blocks and the devices of a user, as records `ban`, `block` and `device`, in one page: there are at most
 * 1,000 blocks and 25 devices. The blocks of other users against this one are data of those others, so they are left out.
 */
async function exportOwnLists(transaction: Transaction, { userId }: { userId: string }): Promise<ExportPage> {
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
