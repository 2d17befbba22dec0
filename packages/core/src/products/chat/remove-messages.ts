import sql from 'sql-template-tag';
import type { WriteTransaction } from '../../database/unit-of-work.js';

/** What went with messages, counted. */
export interface RemovedWithMessages {
  reactions: number;
  flags: number;
}

/** Removes messages with the reactions and flags on them. Answers to them stay, and answer nothing any more. */
export async function removeMessages(
  transaction: WriteTransaction,
  ids: readonly string[],
): Promise<RemovedWithMessages> {
  if (ids.length === 0) return { reactions: 0, flags: 0 };
  const list = transaction.dialect.values(ids);
  const removed = await removeReactionsTo(transaction, ids);
  await transaction.query(sql`UPDATE messages SET parent_id = NULL WHERE parent_id IN (${list})`);
  await transaction.query(sql`DELETE FROM messages WHERE id IN (${list})`);
  return removed;
}

/** Removes the reactions and flags on messages. The caller holds the messages, so that no more come meanwhile. */
export async function removeReactionsTo(
  transaction: WriteTransaction,
  ids: readonly string[],
): Promise<RemovedWithMessages> {
  const list = transaction.dialect.values(ids);
  const reactions = await transaction.query(
    sql`delete from reactions where message_id in (${list}) returning message_id`,
  );
  const flags = await transaction.query(
    sql`delete from flags where message_id in (${list}) returning message_id`,
  );
  return { reactions: reactions.length, flags: flags.length };
}
