import { LIMITS, RollcallError } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { defineTable } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { loadActor } from '../../users/viewer.js';
import { refuseBlockedAlone } from './channel-table.js';
import { findMessage, type MessageRow } from './message-table.js';

/** A reaction to a message as it is stored. */
export interface ReactionRow {
  message_id: string;
  user_id: string;
  type: string;
  created_at: number;
}

/** The reactions. */
export const reactionTable = defineTable<ReactionRow>('reactions', [
  { name: 'message_id', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'type', kind: 'text', primary: true },
  { name: 'created_at', kind: 'integer' },
]);

/** A reaction of a user. */
export interface ReactionChange {
  userId: string;
  message_id: string;
  type: string;
}

/**
 * Adds a reaction. An existing one stays.
 * @throws RollcallError `NOT_FOUND` for a message that the user may not see; `NOT_ALLOWED` for a block between the user
 * and the only other member of the channel; `INPUT_INVALID` for one type more than a message may have.
 */
export async function addReaction(
  transaction: WriteTransaction,
  { userId, message_id: messageId, type }: ReactionChange,
): Promise<MessageRow> {
  const message = await holdMessage(transaction, { userId, messageId });
  await refuseBlockedAlone(transaction, { cid: message.cid, userId }, 'message_id');
  await refuseTypeTooMany(transaction, { messageId, type });
  await transaction.query(
    sql`INSERT INTO reactions (message_id, user_id, type, created_at)
      VALUES (${messageId}, ${userId}, ${type}, ${transaction.now}) ON CONFLICT DO NOTHING`,
  );
  return message;
}

/** Every answer with a message counts its reactions by type. A type that is there already is no new one. */
async function refuseTypeTooMany(
  transaction: WriteTransaction,
  { messageId, type }: { messageId: string; type: string },
): Promise<void> {
  // Two who add a new type at the same moment would both find room.
  await transaction.lock([`reactions:${messageId}`]);
  const [counted = {}] = await transaction.query(
    sql`SELECT count(*) AS types, sum(CASE WHEN type = ${type} THEN 1 ELSE 0 END) AS known
      FROM (SELECT DISTINCT type FROM reactions WHERE message_id = ${messageId}) AS types_of_message`,
  );
  const types = Number(counted.types);
  if (Number(counted.known ?? 0) > 0 || types < LIMITS.reactionTypes) return;
  throw new RollcallError(
    'INPUT_INVALID',
    `type: a message has at most ${LIMITS.reactionTypes} types of reactions, and this one has ${types}; use one of them`,
    { field: 'type' },
  );
}

/** Removes a reaction, if there is one. @throws RollcallError `NOT_FOUND` for a message that the user may not see. */
export async function removeReaction(
  transaction: WriteTransaction,
  { userId, message_id: messageId, type }: ReactionChange,
): Promise<MessageRow> {
  const message = await holdMessage(transaction, { userId, messageId });
  await transaction.query(
    sql`DELETE FROM reactions WHERE message_id = ${messageId} AND user_id = ${userId} AND type = ${type}`,
  );
  return message;
}

/**
 * A message that a user may see. It is locked together with its channel until the end of the transaction, so that
 * neither is deleted while something is added to the message.
 * @throws RollcallError `NOT_FOUND`, and what `loadActor` refuses.
 */
export async function holdMessage(
  transaction: WriteTransaction,
  { userId, messageId }: { userId: string; messageId: string },
): Promise<MessageRow> {
  const how = { id: messageId, field: 'message_id', lock: transaction.dialect.forShare };
  const message = await findMessage(transaction, { kind: 'user', userId }, how);
  await loadActor(transaction, userId, { field: 'user_id' });
  return message;
}
