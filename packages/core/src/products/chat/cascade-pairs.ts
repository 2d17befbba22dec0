import sql, { raw, type Sql } from 'sql-template-tag';
import { eraseKeptContent } from '../../idempotency/remove-kept-answers.js';
import { type ContentEvent, logContentEvent } from '../log-content-event.js';
import type { CascadeContext } from '../product.js';
import { removeMessages } from './cascade-messages.js';
import type { CascadeStep } from './cascade-step.js';
import { type ChannelRow, channelTable, lockPairs, usersOfPair } from './channel-table.js';

/** A 1:1 channel as it is stored. */
type PairRow = ChannelRow & { pair: string };

/** The most 1:1 channels that one batch removes: each takes part in every statement of the batch. */
const MAX_AT_ONCE = 50;

/**
 * Marks the user's 1:1 channels as deleted with the user. A channel that is already deleted with the other member only
 * gets the mark: it changes nothing that an event could report.
 */
export function hidePairs(context: CascadeContext): CascadeStep {
  return async room => {
    const { transaction, userId } = context;
    const pairs = await take(context, sql`channel_members.deleted_with IS NULL`, room);
    await transaction.query(
      sql`UPDATE channel_members SET deleted_with = 'deletion'
        WHERE user_id = ${userId} AND cid IN (${cids(context, pairs)})`,
    );
    const hidden = pairs.filter(pair => pair.deleted_at === undefined);
    await transaction.query(
      sql`UPDATE channels SET deleted_at = ${transaction.now} WHERE cid IN (${cids(context, hidden)})`,
    );
    for (const pair of hidden) logPair(context, pair, { type: 'channel.deleted', mode: 'soft' });
    return { changed: { channels: hidden.length }, rows: pairs.length };
  };
}

/**
 * Removes the marks. A channel comes back when its last mark is removed, and only if its two members have opened no
 * other channel of its type meanwhile. If several could come back, the newest does.
 */
export function bringBackPairs(context: CascadeContext): CascadeStep {
  return async room => {
    const { transaction, userId } = context;
    const pairs = await take(context, sql`channel_members.deleted_with = 'deletion'`, room);
    await transaction.query(
      sql`UPDATE channel_members SET deleted_with = NULL
        WHERE user_id = ${userId} AND cid IN (${cids(context, pairs)})`,
    );
    const back = await withoutMarksOrRivals(context, pairs);
    await transaction.query(sql`UPDATE channels SET deleted_at = NULL WHERE cid IN (${cids(context, back)})`);
    for (const pair of back) logPair(context, pair, { type: 'channel.restored' });
    return { changed: { channels: back.length }, rows: pairs.length };
  };
}

/** Removes the user's 1:1 channels with everything that both members wrote there, deleted or not. */
export function removePairs(context: CascadeContext): CascadeStep {
  return async room => {
    const { transaction } = context;
    const { dialect } = transaction;
    const pairs = await take(context, sql`true`, Math.min(room, MAX_AT_ONCE));
    if (pairs.length === 0) return { changed: {}, rows: 0 };
    const list = cids(context, pairs);
    const cells = await transaction.query(
      sql`SELECT id FROM messages WHERE cid IN (${list}) LIMIT ${room}${dialect.forUpdate}`,
    );
    const ids = cells.map(cell => cell.id as string);
    const removed = await removeMessages(transaction, ids);
    const changed = { messages: ids.length, ...removed };
    if (ids.length >= room) return { changed, rows: room };
    await transaction.query(sql`DELETE FROM channel_members WHERE cid IN (${list})`);
    await transaction.query(sql`DELETE FROM channels WHERE cid IN (${list})`);
    await eraseKeptContent(
      transaction,
      'channel',
      pairs.map(({ cid }) => cid),
    );
    for (const pair of pairs) logPair(context, pair, { type: 'channel.deleted', mode: 'hard' });
    // A full set of channels means that there may be more, so the batch counts as full.
    const rows = pairs.length >= Math.min(room, MAX_AT_ONCE) ? room : ids.length + pairs.length;
    return { changed: { ...changed, channels: pairs.length }, rows };
  };
}

/** Locks some of the user's 1:1 channels, always in the same order, so that two cascades cannot deadlock. */
async function take(context: CascadeContext, condition: Sql, room: number): Promise<PairRow[]> {
  const { transaction, userId } = context;
  const cells = await transaction.query(
    sql`SELECT ${raw(channelTable.columnList)} FROM channels JOIN channel_members ON channel_members.cid = channels.cid
      WHERE channel_members.user_id = ${userId} AND channels.pair IS NOT NULL AND ${condition}
      ORDER BY channels.created_at DESC, channels.cid LIMIT ${room}${transaction.dialect.forUpdate}`,
  );
  return cells.map(cell => channelTable.decode(cell, transaction.dialect) as PairRow);
}

/** The channels without a remaining mark, whose place no other channel has taken. */
async function withoutMarksOrRivals(context: CascadeContext, pairs: readonly PairRow[]): Promise<PairRow[]> {
  const { transaction } = context;
  const names = [...new Set(pairs.map(({ pair }) => pair))];
  await lockPairs(transaction, names);
  const marked = await transaction.query(
    sql`SELECT cid FROM channel_members WHERE cid IN (${cids(context, pairs)}) AND deleted_with IS NOT NULL`,
  );
  const open = await transaction.query(
    sql`SELECT type, pair FROM channels WHERE pair IN (${transaction.dialect.values(names)}) AND deleted_at IS NULL`,
  );
  const kept = new Set(marked.map(cell => cell.cid));
  const taken = new Set(open.map(cell => `${cell.type} ${cell.pair}`));
  return pairs.filter(({ cid, type, pair, deleted_at: deletedAt }) => {
    const place = `${type} ${pair}`;
    if (deletedAt === undefined || kept.has(cid) || taken.has(place)) return false;
    taken.add(place);
    return true;
  });
}

function cids({ transaction }: CascadeContext, pairs: readonly PairRow[]): Sql {
  return transaction.dialect.values(pairs.map(({ cid }) => cid));
}

function logPair(
  { transaction, actor }: CascadeContext,
  { cid, type, id, pair }: PairRow,
  what: { type: 'channel.deleted'; mode: ContentEvent['mode'] } | { type: 'channel.restored' },
): void {
  const channel = { cid, type, id };
  logContentEvent(transaction, actor, { ...what, channel, user_ids: usersOfPair(pair) });
}
