import type { JsonObject } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { readPageCursor, writePageCursor } from '../../database/page-cursor.js';
import type { Transaction } from '../../database/unit-of-work.js';
import type { ExportPage } from '../product.js';
import { type ChannelRow, channelTable } from './channel-table.js';
import { type FlagRow, flagTable } from './flags.js';
import { type MessageRow, messageTable } from './message-table.js';
import { type ReactionRow, reactionTable } from './reactions.js';

type Key = readonly (string | number)[];

/** One kind of record: how its rows after a key are read, and what a record shows of a row. */
interface ExportedKind {
  kind: string;
  key: readonly ('string' | 'number')[];
  read(
    transaction: Transaction,
    page: { userId: string; after: Key | undefined; limit: number },
  ): Promise<{ record: JsonObject; key: Key }[]>;
}

/** The kinds, in the order in which they are exported. */
const KINDS: readonly ExportedKind[] = [
  {
    kind: 'channel',
    key: ['string'],
    read: async (transaction, { userId, after, limit }) => {
      const part = (column: Sql, table: Sql, user: Sql) => sql`SELECT * FROM (
        SELECT ${column} FROM ${table} WHERE ${user} = ${userId} ${following(sql`cid`, after)}
        ORDER BY cid LIMIT ${limit}) AS part`;
      const cells = await transaction.query(
        sql`SELECT ${raw(channelTable.columnList)} FROM channels WHERE cid IN (
            ${part(sql`cid`, sql`channel_members`, sql`user_id`)}
            UNION ${part(sql`cid`, sql`channels AS owned`, sql`owner_id`)})
          ORDER BY cid LIMIT ${limit}`,
      );
      return cells
        .map(one => channelTable.decode(one, transaction.dialect))
        .map(row => ({ key: [row.cid], record: channelRecord(row, userId) }));
    },
  },
  {
    kind: 'message',
    key: ['number', 'string'],
    read: async (transaction, { userId, after, limit }) => {
      const cells = await transaction.query(
        sql`SELECT ${raw(messageTable.columnList)} FROM messages
          WHERE user_id = ${userId} ${following(sql`created_at, id`, after)}
          ORDER BY created_at, id LIMIT ${limit}`,
      );
      return cells
        .map(one => messageTable.decode(one, transaction.dialect))
        .map(row => ({ key: [row.created_at, row.id], record: messageRecord(row) }));
    },
  },
  {
    kind: 'reaction',
    key: ['string', 'string'],
    read: async (transaction, { userId, after, limit }) => {
      const cells = await transaction.query(
        sql`SELECT ${raw(reactionTable.columnList)} FROM reactions
          WHERE user_id = ${userId} ${following(sql`message_id, type`, after)}
          ORDER BY message_id, type LIMIT ${limit}`,
      );
      return cells
        .map(one => reactionTable.decode(one, transaction.dialect))
        .map(row => ({ key: [row.message_id, row.type], record: reactionRecord(row) }));
    },
  },
  {
    kind: 'flag',
    key: ['string'],
    read: async (transaction, { userId, after, limit }) => {
      const cells = await transaction.query(
        sql`SELECT ${raw(flagTable.columnList)} FROM flags
          WHERE user_id = ${userId} ${following(sql`message_id`, after)}
          ORDER BY message_id LIMIT ${limit}`,
      );
      return cells
        .map(one => flagTable.decode(one, transaction.dialect))
        .map(row => ({ key: [row.message_id], record: flagRecord(row) }));
    },
  },
];

/**
 * One page of what chat stores about a user: its channels, then its messages, reactions and flags. Deleted ones have
 * `deleted_at`. The custom data of a channel belongs to its owner, so only the owner's export holds it.
 */
export async function exportContent(
  transaction: Transaction,
  page: { userId: string; after?: string; limit: number },
): Promise<ExportPage> {
  const records: ({ kind: string } & JsonObject)[] = [];
  let { place, key } = readPlace(page.after);
  for (;;) {
    const kind = KINDS[place];
    if (!kind) return { records };
    const room = page.limit - records.length;
    const rows = await kind.read(transaction, { userId: page.userId, after: key, limit: room });
    for (const { record } of rows) records.push({ kind: kind.kind, ...record });
    const last = rows.at(-1);
    if (last && rows.length >= room)
      return { records, next: `${kind.kind} ${writePageCursor([kind.kind], last.key)}` };
    place += 1;
    key = undefined;
  }
}

/** A cursor has the kind in plain text, followed by the key. */
function readPlace(after: string | undefined): { place: number; key: Key | undefined } {
  if (after === undefined) return { place: 0, key: undefined };
  const [name, cursor = ''] = after.split(' ');
  const place = Math.max(
    KINDS.findIndex(({ kind }) => kind === name),
    0,
  );
  return { place, key: readPageCursor<Key>(cursor, [name], KINDS[place]?.key ?? []) };
}

function following(columns: Sql, after: Key | undefined): Sql {
  if (!after) return empty;
  return after.length === 1
    ? sql`AND ${columns} > ${after[0]}`
    : sql`AND (${columns}) > (${after[0]}, ${after[1]})`;
}

function channelRecord(row: ChannelRow, userId: string): JsonObject {
  const owner = row.owner_id === userId;
  return {
    cid: row.cid,
    role: owner ? 'owner' : 'member',
    ...(owner && { custom: row.custom }),
    created_at: row.created_at,
    ...(row.deleted_at !== undefined && { deleted_at: row.deleted_at }),
  };
}

function messageRecord(row: MessageRow): JsonObject {
  return {
    id: row.id,
    cid: row.cid,
    ...(row.parent_id !== undefined && { parent_id: row.parent_id }),
    ...(row.text !== undefined && { text: row.text }),
    attachments: row.attachments,
    custom: row.custom,
    created_at: row.created_at,
    updated_at: row.updated_at,
    ...(row.deleted_at !== undefined && { deleted_at: row.deleted_at }),
  };
}

function reactionRecord({ message_id, type, created_at }: ReactionRow): JsonObject {
  return { message_id, type, created_at };
}

function flagRecord({ message_id, reason, created_at }: FlagRow): JsonObject {
  return { message_id, ...(reason !== undefined && { reason }), created_at };
}
