import { type MessageContent, RollcallError } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { jsonEqual } from '../../json/json-values.js';
import { toUser } from '../../users/model/to-user.js';
import { loadActor, type Viewer } from '../../users/viewer.js';
import { removeMessages } from './cascade-messages.js';
import { refuseBlockedAlone } from './channel-table.js';
import { findMessage, type MessageRow, messageTable } from './message-table.js';
import { messageContent } from './send-message.js';

/**
 * Changes the named fields of a message and leaves the rest. What its author changes under a shadow ban nobody else sees
 * from then on, as if it had been sent like that.
 * @throws RollcallError `NOT_FOUND`; `NOT_ALLOWED` for a user who is not the author, and for a block between it and
 * the only other member of the channel; `INPUT_INVALID` if the result
 * would have too little or too much content.
 */
export async function updateMessage(
  transaction: WriteTransaction,
  viewer: Viewer,
  { id, ...change }: MessageContent & { id: string },
): Promise<MessageRow> {
  const { dialect } = transaction;
  const before = await findMessage(transaction, viewer, { id, lock: dialect.forUpdate });
  let { shadowed } = before;
  if (viewer.kind === 'user') {
    const author = await loadActor(transaction, viewer.userId, { field: 'user_id' });
    if (before.user_id !== viewer.userId) throw notAllowed(id, 'only its author can change');
    await refuseBlockedAlone(transaction, { cid: before.cid, userId: viewer.userId }, 'id');
    shadowed ||= toUser(author, transaction.now).shadow_banned === true;
  }
  const after = messageContent({
    text: change.text ?? before.text,
    attachments: change.attachments ?? before.attachments,
    custom: change.custom ?? before.custom,
  });
  if (
    after.text === before.text &&
    jsonEqual(after.attachments, before.attachments) &&
    jsonEqual(after.custom, before.custom)
  ) {
    return before;
  }
  return write(
    transaction,
    id,
    sql`text = ${after.text ?? null}, attachments = ${dialect.jsonParameter(after.attachments)},
      custom = ${dialect.jsonParameter(after.custom)}, shadowed = ${raw(String(shadowed))}, updated_at = ${transaction.now}`,
  );
}

/**
 * Deletes one message. It stays deleted, whatever happens to its author. With `hard`, which is for servers, nothing of
 * it is kept, and its answer says nothing of what it held: so a call with an idempotency key can be repeated.
 * @returns the message as it is now; after a hard deletion without text, attachments and custom data.
 * @throws RollcallError `NOT_FOUND`; `NOT_ALLOWED` for a user who is neither the author nor the owner of the channel.
 */
export async function deleteMessage(
  transaction: WriteTransaction,
  viewer: Viewer,
  { id, hard }: { id: string; hard: boolean },
): Promise<MessageRow> {
  const lock = transaction.dialect.forUpdate;
  const includeDeleted = viewer.kind === 'server';
  const before = await findMessage(transaction, viewer, { id, lock, includeDeleted });
  if (viewer.kind === 'user') {
    await loadActor(transaction, viewer.userId, { field: 'user_id' });
    const mayDelete =
      before.user_id === viewer.userId || (await owns(transaction, viewer.userId, before.cid));
    if (!mayDelete) throw notAllowed(id, 'only its author and the owner of its channel can delete');
  }
  if (hard) {
    await removeMessages(transaction, [id]);
    const { text: _text, ...rest } = before;
    return { ...rest, attachments: [], custom: {}, deleted_at: before.deleted_at ?? transaction.now };
  }
  if (before.deleted_with === 'message' || before.pruned) return before;
  return write(
    transaction,
    id,
    sql`deleted_at = ${before.deleted_at ?? transaction.now}, deleted_with = 'message'`,
  );
}

async function owns(transaction: WriteTransaction, userId: string, cid: string): Promise<boolean> {
  const rows = await transaction.query(
    sql`SELECT 1 FROM channels WHERE cid = ${cid} AND owner_id = ${userId}`,
  );
  return rows.length > 0;
}

async function write(
  transaction: WriteTransaction,
  id: string,
  assignments: ReturnType<typeof sql>,
): Promise<MessageRow> {
  const [cells] = await transaction.query(
    sql`UPDATE messages SET ${assignments} WHERE id = ${id} RETURNING ${raw(messageTable.columnList)}`,
  );
  return messageTable.decode(cells ?? {}, transaction.dialect);
}

function notAllowed(id: string, who: string): RollcallError {
  return new RollcallError('NOT_ALLOWED', `id: ${who} the message "${id}"`, { field: 'id' });
}
