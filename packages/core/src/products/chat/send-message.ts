import { randomUUID } from 'node:crypto';
import {
  jsonBytes,
  LIMITS,
  type MessageContent,
  RollcallError,
  type SendMessageInput,
} from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { insertRows } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { toUser } from '../../users/model/to-user.js';
import { loadActor } from '../viewer.js';
import { channelNotFound, findChannel, findMember } from './channel-table.js';
import { findMessage, type MessageRow, messageTable } from './message-table.js';
import { recordResponse } from './response-time.js';

/** A message to be sent. */
export interface NewMessage extends Omit<SendMessageInput, 'user_id'> {
  /** The author: a member of the channel. */
  userId: string;
}

/**
 * Stores a message. The same id again, by the same author in the same channel, finds what is stored, so that a retry
 * sends nothing twice. What an author under a shadow ban writes is kept from everybody else.
 * @throws RollcallError `NOT_FOUND` for a channel that the author is not a member of, and for a `parent_id` that is not
 * there; `INPUT_INVALID` for content that is none, and for an id that is taken.
 */
export async function sendMessage(transaction: WriteTransaction, message: NewMessage): Promise<MessageRow> {
  const { cid, userId, parent_id: parentId } = message;
  const content = messageContent(message);
  // Held alone: those who send into a channel at once take their turns. Before the author, whose row is written too.
  const channel = await findChannel(transaction, cid, transaction.dialect.forUpdate);
  const viewer = { kind: 'user', userId } as const;
  const author = await loadActor(transaction, userId, { field: 'user_id', lock: 'update' });
  const member = channel && (await findMember(transaction, { cid, userId }));
  if (!member) throw channelNotFound(cid);
  const stored = message.id === undefined ? undefined : await findSent(transaction, message);
  if (stored) return stored;
  if (parentId !== undefined) await lockParent(transaction, { cid, parentId, viewer });

  const row: MessageRow = {
    id: message.id ?? randomUUID(),
    cid,
    user_id: userId,
    ...(parentId !== undefined && { parent_id: parentId }),
    ...content,
    shadowed: toUser(author, transaction.now).shadow_banned === true,
    pruned: false,
    created_at: transaction.now,
    updated_at: transaction.now,
  };
  if (!row.shadowed) {
    await recordResponse(transaction, member);
    await transaction.query(sql`UPDATE channels SET last_message_at = ${transaction.now} WHERE cid = ${cid}`);
  }
  await insertRows(transaction, messageTable, [row]);
  return row;
}

/** What an earlier try of this message stored. */
async function findSent(
  transaction: WriteTransaction,
  { id, cid, userId }: NewMessage,
): Promise<MessageRow | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(messageTable.columnList)} FROM messages WHERE id = ${id}`,
  );
  if (!cells) return undefined;
  const row = messageTable.decode(cells, transaction.dialect);
  if (row.user_id === userId && row.cid === cid) return row;
  throw new RollcallError(
    'INPUT_INVALID',
    `id: "${id}" is the id of another message; leave it out or take another`,
    {
      field: 'id',
    },
  );
}

/** The parent stays until the answer is stored: one that is removed meanwhile would leave an answer to nothing. */
async function lockParent(
  transaction: WriteTransaction,
  { cid, parentId, viewer }: { cid: string; parentId: string; viewer: { kind: 'user'; userId: string } },
): Promise<void> {
  const how = { id: parentId, field: 'parent_id', lock: transaction.dialect.forShare };
  const parent = await findMessage(transaction, viewer, how);
  if (parent.cid === cid) return;
  throw new RollcallError('INPUT_INVALID', 'parent_id: the message that is answered is in another channel', {
    field: 'parent_id',
  });
}

/**
 * The parts of a message that its author writes, checked as a whole.
 * @throws RollcallError `INPUT_INVALID` for a message with neither text nor attachments, or of more than 16 KiB as JSON.
 */
export function messageContent(content: MessageContent): Pick<MessageRow, 'text' | 'attachments' | 'custom'> {
  const { text, attachments = [], custom = {} } = content;
  if (!text && attachments.length === 0) {
    throw new RollcallError('INPUT_INVALID', 'text: a message has a text or at least one attachment', {
      field: 'text',
    });
  }
  const checked = { ...(text && { text }), attachments, custom };
  const bytes = jsonBytes(checked);
  if (bytes > LIMITS.messageBytes) {
    throw new RollcallError(
      'INPUT_INVALID',
      `a message has at most ${LIMITS.messageBytes} bytes as JSON; this has ${bytes}`,
    );
  }
  return checked;
}
