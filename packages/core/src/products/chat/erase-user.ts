import sql, { raw } from 'sql-template-tag';
import { logContentEvent } from '../log-content-event.js';
import type { DeletionContext } from '../product.js';
import type { CascadeStep } from './cascade-step.js';
import { type ChannelRow, channelTable } from './channel-table.js';

/**
 * Removes a user from what others keep: its memberships, its reactions to and flags on their messages, and its response
 * time. Its channels get a new owner. These steps run after the user's messages and 1:1 channels have been removed.
 */
export function eraseUserSteps(context: DeletionContext): CascadeStep[] {
  const { transaction, userId } = context;
  const { dialect } = transaction;
  return [
    async room => {
      const removed = await transaction.query(
        sql`DELETE FROM reactions WHERE user_id = ${userId} AND (message_id, type) IN
          (SELECT message_id, type FROM reactions WHERE user_id = ${userId} LIMIT ${room}) RETURNING message_id`,
      );
      return { changed: { reactions: removed.length }, rows: removed.length };
    },
    async room => {
      const removed = await transaction.query(
        sql`DELETE FROM flags WHERE user_id = ${userId} AND message_id IN
          (SELECT message_id FROM flags WHERE user_id = ${userId} LIMIT ${room}) RETURNING message_id`,
      );
      return { changed: { flags: removed.length }, rows: removed.length };
    },
    async room => {
      const removed = await transaction.query(
        sql`DELETE FROM channel_members WHERE user_id = ${userId} AND cid IN
          (SELECT cid FROM channel_members WHERE user_id = ${userId} LIMIT ${room}) RETURNING cid`,
      );
      return { changed: { memberships: removed.length }, rows: removed.length };
    },
    async room => {
      const cells = await transaction.query(
        sql`SELECT ${raw(channelTable.columnList)} FROM channels WHERE owner_id = ${userId}
          ORDER BY cid LIMIT ${room}${dialect.forUpdate}`,
      );
      if (cells.length > 0)
        await passOn(
          context,
          cells.map(cell => channelTable.decode(cell, dialect)),
        );
      return { changed: { ownerships: cells.length }, rows: cells.length };
    },
    async () => {
      await transaction.query(sql`DELETE FROM response_times WHERE user_id = ${userId}`);
      return { changed: {}, rows: 0 };
    },
  ];
}

async function passOn(context: DeletionContext, channels: readonly ChannelRow[]): Promise<void> {
  const { transaction, actor } = context;
  const newOwner = await context.newOwner();
  const cids = channels.map(({ cid }) => cid);
  await transaction.query(
    sql`UPDATE channels SET owner_id = ${newOwner}, updated_at = ${transaction.now} WHERE cid IN (${transaction.dialect.values(cids)})`,
  );
  for (const { cid, type, id } of channels) {
    const channel = { cid, type, id, owner_id: newOwner };
    logContentEvent(transaction, actor, { type: 'channel.updated', channel, user_ids: [newOwner] });
  }
}
