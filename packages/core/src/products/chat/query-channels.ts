import { LIMITS, type QueryChannelsInput } from '@rollcall/protocol';
import sql, { empty, join, raw } from 'sql-template-tag';
import { readPageCursor, writePageCursor } from '../../database/page-cursor.js';
import type { Transaction } from '../../database/unit-of-work.js';
import { findUsers } from '../../users/find-users.js';
import type { UserRow } from '../../users/model/user-table.js';
import type { Viewer } from '../../users/viewer.js';
import { fittingCids, readShownMembers } from '../shown-members.js';
import {
  CHANNEL_IN_SIGHT,
  type ChannelMemberRow,
  type ChannelRow,
  channelIsFor,
  channelMemberTable,
  channelNotFound,
  channelTable,
} from './channel-table.js';

const MEMBERSHIPS = { of: 'channels', members: channelMemberTable, shown: LIMITS.channelMembers } as const;

/** A channel as a viewer sees it, with the members that are shown with it: the first 100. */
export interface ChannelView {
  /** `last_message_at` is that of the last message that the viewer could see. */
  row: ChannelRow;
  members: ChannelMemberRow[];
  memberCount: number;
}

/** Channels, and every user that they name, as stored now. */
export interface ChannelPage {
  channels: ChannelView[];
  users: ReadonlyMap<string, UserRow>;
  next?: string;
}

/** The parsed input of `queryChannels`, without the user in whose name it is asked. */
export type ParsedQueryChannels = Omit<QueryChannelsInput, 'user_id'> & { limit: number };

/** One channel. @throws RollcallError `NOT_FOUND` for a channel that does not exist or that the viewer may not see. */
export async function getChannel(
  transaction: Transaction,
  viewer: Viewer,
  { cid, includeDeleted }: { cid: string; includeDeleted: boolean },
): Promise<ChannelPage> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(channelTable.columnList)} FROM channels
      WHERE cid = ${cid} AND ${channelIsFor(viewer)} ${includeDeleted ? empty : sql`AND ${CHANNEL_IN_SIGHT}`}`,
  );
  if (!cells) throw channelNotFound(cid);
  return viewChannels(transaction, viewer, [channelTable.decode(cells, transaction.dialect)]);
}

/**
 * One page of channels, newest first. A user finds the channels that it is a member of. A page is cut where its channels
 * become long with their members.
 * @throws RollcallError `CURSOR_INVALID`
 */
export async function queryChannels(
  transaction: Transaction,
  viewer: Viewer,
  query: ParsedQueryChannels,
): Promise<ChannelPage> {
  const { member, type, team, owner_id: owner, limit, next } = query;
  const list = ['channels', member, type, team, owner];
  const conditions = [CHANNEL_IN_SIGHT];
  if (viewer.kind === 'user') conditions.push(isMember(viewer.userId));
  if (member !== undefined) conditions.push(isMember(member));
  if (type !== undefined) conditions.push(sql`type = ${type}`);
  if (team !== undefined) conditions.push(sql`team = ${team}`);
  if (owner !== undefined) conditions.push(sql`owner_id = ${owner}`);
  if (next !== undefined) {
    const [createdAt, cid] = readPageCursor<[number, string]>(next, list, ['number', 'string']);
    conditions.push(sql`(created_at, cid) < (${createdAt}, ${cid})`);
  }
  const cells = await transaction.query(
    sql`SELECT ${raw(channelTable.columnList)} FROM channels WHERE ${join(conditions, ' AND ')}
      ORDER BY created_at DESC, cid DESC LIMIT ${limit + 1}`,
  );
  const found = cells.slice(0, limit).map((one): ChannelRow => channelTable.decode(one, transaction.dialect));
  const cids = found.map(row => row.cid);
  const rows = found.slice(0, await fittingCids(transaction, MEMBERSHIPS, cids));
  const last = rows.at(-1);
  return {
    ...(await viewChannels(transaction, viewer, rows)),
    ...(cells.length > rows.length && last && { next: writePageCursor(list, [last.created_at, last.cid]) }),
  };
}

/** A list of keys, because an engine looks up keys instead of checking every channel. */
function isMember(userId: string) {
  return sql`cid IN (SELECT mine.cid FROM channel_members AS mine WHERE mine.user_id = ${userId})`;
}

/** Adds what is shown with channels, with three statements for any number of channels. */
export async function viewChannels(
  transaction: Transaction,
  viewer: Viewer,
  stored: readonly ChannelRow[],
): Promise<ChannelPage> {
  const rows = await withOwnMessages(transaction, viewer, stored);
  const shown = await readShownMembers(
    transaction,
    MEMBERSHIPS,
    rows.map(row => row.cid),
  );
  const channels = rows.map(
    (row): ChannelView => ({ row, ...(shown.get(row.cid) ?? { members: [], memberCount: 0 }) }),
  );
  const userIds = new Set(channels.flatMap(({ members }) => members.map(member => member.user_id)));
  return { channels, users: await findUsers(transaction, [...userIds]) };
}

/**
 * Channels of which the last message may be one of the viewer's own that nobody else sees: a user who writes under a
 * shadow ban must not be told by the time that stays. For anybody else it changes nothing. One index lookup a channel.
 */
async function withOwnMessages(
  transaction: Transaction,
  viewer: Viewer,
  rows: readonly ChannelRow[],
): Promise<readonly ChannelRow[]> {
  if (viewer.kind === 'server') return rows;
  const cells = await transaction.query(
    sql`SELECT cid, (SELECT max(messages.created_at) FROM messages
        WHERE messages.cid = channels.cid AND messages.user_id = ${viewer.userId}) AS last
      FROM channels WHERE cid IN (${transaction.dialect.values(rows.map(row => row.cid))})`,
  );
  const own = new Map(cells.map(one => [one.cid as string, Number(one.last ?? 0)]));
  return rows.map(row => {
    const last = Math.max(row.last_message_at ?? 0, own.get(row.cid) ?? 0);
    return last > 0 ? { ...row, last_message_at: last } : row;
  });
}
