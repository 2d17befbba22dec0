import sql, { type Sql } from 'sql-template-tag';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { eraseKeptContent } from '../../idempotency/remove-kept-answers.js';
import { lookAt } from '../look-at.js';
import type { CascadeContext } from '../product.js';
import type { CascadeStep } from './cascade-step.js';
import type { MessageRow } from './message-table.js';

/** Why all messages of a user are deleted. */
type DeletedWith = Extract<NonNullable<MessageRow['deleted_with']>, 'deactivation' | 'deletion'>;

/** Hides the user's messages that are not deleted yet, and stores the reason. */
export function hideMessages(context: CascadeContext, why: DeletedWith): CascadeStep {
  return async room => {
    const ids = await take(context, sql`pruned = false AND deleted_with IS NULL`, room);
    await context.transaction.query(
      sql`UPDATE messages SET deleted_at = ${context.transaction.now}, deleted_with = ${why}
        WHERE id IN (${context.transaction.dialect.values(ids)})`,
    );
    return { changed: { messages: ids.length }, rows: ids.length };
  };
}

/** Brings back the user's messages that were hidden for this reason. A pruned message has nothing to bring back. */
export function bringBackMessages(context: CascadeContext, why: DeletedWith): CascadeStep {
  return async room => {
    const ids = await take(context, sql`pruned = false AND deleted_with = ${why}`, room);
    await context.transaction.query(
      sql`UPDATE messages SET deleted_at = NULL, deleted_with = NULL
        WHERE id IN (${context.transaction.dialect.values(ids)})`,
    );
    return { changed: { messages: ids.length }, rows: ids.length };
  };
}

/** Removes everything from the user's messages except author, channel and times, however they were deleted before. */
export function pruneMessages(context: CascadeContext): CascadeStep {
  return async room => {
    const { transaction } = context;
    const ids = await take(context, sql`pruned = false`, room);
    if (ids.length === 0) return { changed: {}, rows: 0 };
    const removed = {
      reactions: await removeOf(transaction, sql`reactions`, ids),
      flags: await removeOf(transaction, sql`flags`, ids),
    };
    await transaction.query(
      sql`UPDATE messages SET text = NULL, attachments = '[]', custom = '{}', pruned = true,
          deleted_at = COALESCE(deleted_at, ${transaction.now}), deleted_with = COALESCE(deleted_with, 'deletion')
        WHERE id IN (${transaction.dialect.values(ids)})`,
    );
    await eraseKeptContent(transaction, 'message', ids);
    return { changed: { messages: ids.length, ...removed }, rows: ids.length };
  };
}

/** Removes every message of the user, however it was deleted before. */
export function removeMessagesOfUser(context: CascadeContext): CascadeStep {
  return async room => {
    const ids = await take(context, sql`true`, room);
    const removed = await removeMessages(context.transaction, ids);
    return { changed: { messages: ids.length, ...removed }, rows: ids.length };
  };
}

/** Locks some messages of the user. The index over author, pruning and deletion finds them without reading others. */
async function take(context: CascadeContext, condition: Sql, room: number): Promise<string[]> {
  const { transaction, userId } = context;
  const cells = await transaction.query(
    sql`SELECT id FROM messages WHERE user_id = ${userId} AND ${condition} LIMIT ${room}${transaction.dialect.forUpdate}`,
  );
  return cells.map(cell => cell.id as string);
}

/** How many reactions and flags were removed with messages. */
export interface RemovedWithMessages {
  reactions: number;
  flags: number;
}

/** Removes messages with their reactions and flags, also from kept answers. Their answers stay, without a parent. */
export async function removeMessages(
  transaction: WriteTransaction,
  ids: readonly string[],
): Promise<RemovedWithMessages> {
  if (ids.length === 0) return { reactions: 0, flags: 0 };
  const list = transaction.dialect.values(ids);
  const there = await lookAt(transaction, {
    reactions: sql`reactions WHERE message_id IN (${list})`,
    flags: sql`flags WHERE message_id IN (${list})`,
    answers: sql`messages WHERE parent_id IN (${list})`,
  });
  const removed = {
    reactions: there.reactions ? await removeOf(transaction, sql`reactions`, ids) : 0,
    flags: there.flags ? await removeOf(transaction, sql`flags`, ids) : 0,
  };
  if (there.answers)
    await transaction.query(sql`UPDATE messages SET parent_id = NULL WHERE parent_id IN (${list})`);
  await transaction.query(sql`DELETE FROM messages WHERE id IN (${list})`);
  await eraseKeptContent(transaction, 'message', ids);
  return removed;
}

/**
 * Removes the reactions to, or the flags on, messages. The caller must hold locks on the messages, so that nobody adds more
 * meanwhile.
 * @returns how many there were.
 */
async function removeOf(transaction: WriteTransaction, table: Sql, ids: readonly string[]): Promise<number> {
  const removed = await transaction.query(
    sql`DELETE FROM ${table} WHERE message_id IN (${transaction.dialect.values(ids)}) RETURNING message_id`,
  );
  return removed.length;
}
