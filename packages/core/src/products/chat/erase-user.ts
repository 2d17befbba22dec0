import sql, { raw } from 'sql-template-tag';
import { logContentEvent } from '../log-content-event.js';
import { lookAt } from '../look-at.js';
import type { DeletionContext } from '../product.js';
import type { CascadeStep } from './cascade-step.js';
import { type ChannelRow, channelTable } from './channel-table.js';

/** What a user can have left in chat besides its messages. */
type Trace = 'pairs' | 'reactions' | 'flags' | 'memberships' | 'ownerships' | 'response_times';

/** Which traces there are. The user is locked, and nothing of it is added any more. */
export function findTraces({ transaction, userId }: DeletionContext): Promise<Record<Trace, boolean>> {
  const memberships = sql`channel_members WHERE user_id = ${userId}`;
  return lookAt(transaction, {
    pairs: sql`channels WHERE pair IS NOT NULL AND cid IN (SELECT cid FROM ${memberships})`,
    reactions: sql`reactions WHERE user_id = ${userId}`,
    flags: sql`flags WHERE user_id = ${userId}`,
    memberships,
    ownerships: sql`channels WHERE owner_id = ${userId}`,
    response_times: sql`response_times WHERE user_id = ${userId}`,
  });
}

/**
 * Removes a user from what others keep: its memberships, its reactions to and flags on their messages, and its response
 * time. Its channels get a new owner. These steps run after the user's messages and 1:1 channels have been removed.
 */
export function eraseUserSteps(context: DeletionContext, traces: Record<Trace, boolean>): CascadeStep[] {
  const steps: [Trace, CascadeStep][] = [
    ['reactions', removeReactions(context)],
    ['flags', removeFlags(context)],
    ['memberships', removeMemberships(context)],
    ['ownerships', passChannelsOn(context)],
    ['response_times', removeResponseTime(context)],
  ];
  return steps.filter(([trace]) => traces[trace]).map(([, step]) => step);
}

function removeReactions({ transaction, userId }: DeletionContext): CascadeStep {
  return async room => {
    const removed = await transaction.query(
      sql`DELETE FROM reactions WHERE user_id = ${userId} AND (message_id, type) IN
        (SELECT message_id, type FROM reactions WHERE user_id = ${userId} LIMIT ${room}) RETURNING message_id`,
    );
    return { changed: { reactions: removed.length }, rows: removed.length };
  };
}

function removeFlags({ transaction, userId }: DeletionContext): CascadeStep {
  return async room => {
    const removed = await transaction.query(
      sql`DELETE FROM flags WHERE user_id = ${userId} AND message_id IN
        (SELECT message_id FROM flags WHERE user_id = ${userId} LIMIT ${room}) RETURNING message_id`,
    );
    return { changed: { flags: removed.length }, rows: removed.length };
  };
}

function removeMemberships({ transaction, userId }: DeletionContext): CascadeStep {
  return async room => {
    const removed = await transaction.query(
      sql`DELETE FROM channel_members WHERE user_id = ${userId} AND cid IN
        (SELECT cid FROM channel_members WHERE user_id = ${userId} LIMIT ${room}) RETURNING cid`,
    );
    return { changed: { memberships: removed.length }, rows: removed.length };
  };
}

function removeResponseTime({ transaction, userId }: DeletionContext): CascadeStep {
  return async () => {
    await transaction.query(sql`DELETE FROM response_times WHERE user_id = ${userId}`);
    return { changed: {}, rows: 0 };
  };
}

function passChannelsOn(context: DeletionContext): CascadeStep {
  return async room => {
    const { transaction, userId } = context;
    const { dialect } = transaction;
    const cells = await transaction.query(
      sql`SELECT ${raw(channelTable.columnList)} FROM channels WHERE owner_id = ${userId}
        ORDER BY cid LIMIT ${room}${dialect.forUpdate}`,
    );
    const channels = cells.map(cell => channelTable.decode(cell, dialect));
    if (channels.length > 0) await passOn(context, channels);
    return { changed: { ownerships: channels.length }, rows: channels.length };
  };
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
