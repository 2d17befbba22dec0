import type { QueryFlagsInput } from '@rollcall/protocol';
import sql, { empty, raw } from 'sql-template-tag';
import { readPageCursor, writePageCursor } from '../../database/page-cursor.js';
import { defineTable } from '../../database/table.js';
import type { Transaction, WriteTransaction } from '../../database/unit-of-work.js';
import { findUsers } from '../../users/find-users.js';
import { CHANNEL_IN_SIGHT } from './channel-table.js';
import { type MessageRow, messageInSight, messageTable } from './message-table.js';
import { type MessagePage, viewMessages } from './query-messages.js';
import { holdMessage } from './reactions.js';

/** A flag on a message as it is stored. */
export interface FlagRow {
  message_id: string;
  /** Who flagged it. */
  user_id: string;
  reason?: string;
  created_at: number;
}

/** The flags. */
export const flagTable = defineTable<FlagRow>('flags', [
  { name: 'message_id', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'reason', kind: 'text', nullable: true },
  { name: 'created_at', kind: 'integer' },
]);

/** Flags, and the messages and users that they name. */
export interface FlagPage extends MessagePage {
  flags: FlagRow[];
}

/** Flags a message. If the same user flags it again, only the reason changes. @throws RollcallError `NOT_FOUND` */
export async function flagMessage(
  transaction: WriteTransaction,
  flag: { userId: string; message_id: string; reason?: string },
): Promise<MessageRow> {
  const { userId, message_id: messageId, reason = null } = flag;
  const message = await holdMessage(transaction, { userId, messageId });
  await transaction.query(
    sql`INSERT INTO flags (message_id, user_id, reason, created_at)
      VALUES (${messageId}, ${userId}, ${reason}, ${transaction.now})
      ON CONFLICT (message_id, user_id) DO UPDATE SET reason = excluded.reason`,
  );
  return message;
}

/**
 * Removes a user's flag, if there is one.
 * @throws RollcallError `NOT_FOUND` for a message that the user may not see.
 */
export async function unflagMessage(
  transaction: WriteTransaction,
  flag: { userId: string; message_id: string },
): Promise<MessageRow> {
  const { userId, message_id: messageId } = flag;
  const message = await holdMessage(transaction, { userId, messageId });
  await transaction.query(sql`DELETE FROM flags WHERE message_id = ${messageId} AND user_id = ${userId}`);
  return message;
}

/** One page of the flags on messages that are not deleted, newest first. @throws RollcallError `CURSOR_INVALID` */
export async function queryFlags(
  transaction: Transaction,
  { limit, next }: QueryFlagsInput & { limit: number },
): Promise<FlagPage> {
  const { dialect } = transaction;
  const server = { kind: 'server' } as const;
  const after =
    next === undefined
      ? undefined
      : readPageCursor<[number, string, string]>(next, ['flags'], ['number', 'string', 'string']);
  const rest = after
    ? sql`AND (flags.created_at, flags.message_id, flags.user_id) < (${after[0]}, ${after[1]}, ${after[2]})`
    : empty;
  const cells = await transaction.query(
    sql`SELECT ${raw(flagTable.columnList)} FROM flags
      JOIN messages ON messages.id = flags.message_id JOIN channels ON channels.cid = messages.cid
      WHERE ${CHANNEL_IN_SIGHT} AND ${messageInSight(server)} ${rest}
      ORDER BY flags.created_at DESC, flags.message_id DESC, flags.user_id DESC LIMIT ${limit + 1}`,
  );
  const flags = cells.slice(0, limit).map((one): FlagRow => flagTable.decode(one, dialect));
  const messageCells = await transaction.query(
    sql`SELECT ${raw(messageTable.columnList)} FROM messages
      WHERE id IN (${dialect.values(flags.map(flag => flag.message_id))})`,
  );
  const rows = messageCells.map((one): MessageRow => messageTable.decode(one, dialect));
  const page = await viewMessages(transaction, server, rows);
  const flaggers = await findUsers(transaction, [...new Set(flags.map(flag => flag.user_id))]);
  const last = flags.at(-1);
  return {
    flags,
    messages: page.messages,
    users: new Map([...page.users, ...flaggers]),
    ...(cells.length > limit &&
      last && { next: writePageCursor(['flags'], [last.created_at, last.message_id, last.user_id]) }),
  };
}
