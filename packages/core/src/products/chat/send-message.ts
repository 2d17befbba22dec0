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
import { loadActor } from '../../users/viewer.js';
import { channelNotFound, findChannel, findMember, refuseBlockedAlone } from './channel-table.js';
import { findMessage, type MessageRow, messageTable } from './message-table.js';
import { recordResponse } from './response-time.js';

/** A parsed `sendMessage`, with the user who sends it. */
export interface NewMessage extends Omit<SendMessageInput, 'user_id'> {
  /** The author. It must be a member of the channel. */
  userId: string;
}

/**
 * Stores a message. If the same author repeats an id in the same channel, the answer is the stored message, so a retry
 * sends nothing twice. Nobody else sees what an author writes under a shadow ban.
 * @throws RollcallError `NOT_FOUND` for a channel that the author is not a member of, and for a `parent_id` that does
 * not exist; `NOT_ALLOWED` for a block between the author and the only other member; `INPUT_INVALID` for invalid content and for an id that is taken.
 */
export async function sendMessage(transaction: WriteTransaction, message: NewMessage): Promise<MessageRow> {
  const { cid, userId, parent_id: parentId } = message;
  const content = messageContent(message);
  // An exclusive lock, so that concurrent senders take turns. The channel comes before the author, whose row is written too.
  const channel = await findChannel(transaction, cid, transaction.dialect.forUpdate);
  const viewer = { kind: 'user', userId } as const;
  const author = await loadActor(transaction, userId, { field: 'user_id', lock: 'update' });
  const member = channel && (await findMember(transaction, { cid, userId }));
  if (!member) throw channelNotFound(cid);
  const stored = message.id === undefined ? undefined : await findSent(transaction, message);
  if (stored) return stored;
  await refuseBlockedAlone(transaction, { cid, userId }, 'cid');
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
  // That of a hidden message counts, too: a mean that stood still would tell the author of the shadow ban.
  await recordResponse(transaction, member);
  if (!row.shadowed) {
    await transaction.query(sql`UPDATE channels SET last_message_at = ${transaction.now} WHERE cid = ${cid}`);
  }
  await insertRows(transaction, messageTable, [row]);
  return row;
}

/** The message that an earlier attempt stored. */
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
    `id: another message has the id "${id}"; choose another id or leave it out`,
    {
      field: 'id',
    },
  );
}

/** Locks the parent until the answer is stored, so that no answer points to a removed message. */
async function lockParent(
  transaction: WriteTransaction,
  { cid, parentId, viewer }: { cid: string; parentId: string; viewer: { kind: 'user'; userId: string } },
): Promise<void> {
  const how = { id: parentId, field: 'parent_id', lock: transaction.dialect.forShare };
  const parent = await findMessage(transaction, viewer, how);
  if (parent.cid === cid) return;
  throw new RollcallError('INPUT_INVALID', 'parent_id: the parent message is in another channel', {
    field: 'parent_id',
  });
}

/**
 * Checks the content of a message as a whole.
 * @throws RollcallError `INPUT_INVALID` for a message with neither text nor attachments, or of more than 16 KiB as
 * JSON.
 */
export function messageContent(content: MessageContent): Pick<MessageRow, 'text' | 'attachments' | 'custom'> {
  const { text, attachments = [], custom = {} } = content;
  if (!text && attachments.length === 0) {
    throw new RollcallError('INPUT_INVALID', 'text: a message needs text or at least one attachment', {
      field: 'text',
    });
  }
  const checked = { ...(text && { text }), attachments, custom };
  const bytes = jsonBytes(checked);
  if (bytes > LIMITS.messageBytes) {
    throw new RollcallError(
      'INPUT_INVALID',
      `a message has at most ${LIMITS.messageBytes} bytes as JSON; this one has ${bytes}`,
    );
  }
  return checked;
}
