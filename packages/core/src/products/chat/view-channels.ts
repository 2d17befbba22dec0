import { LIMITS } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import { findUsers } from '../../users/find-users.js';
import type { UserRow } from '../../users/user-table.js';
import { type ChannelMemberRow, channelMemberTable } from './channel-member-table.js';
import type { ChannelRow } from './channel-table.js';

/** A channel with those of its members that are shown with it: the first 100. */
export interface ChannelView {
  row: ChannelRow;
  members: ChannelMemberRow[];
  memberCount: number;
}

/** Channels, and every user whom they name, as stored now. */
export interface ChannelPage {
  channels: ChannelView[];
  users: ReadonlyMap<string, UserRow>;
  next?: string;
}

/** Puts to channels what is shown with them, by two statements however many they are. */
export async function viewChannels(
  transaction: Transaction,
  rows: readonly ChannelRow[],
): Promise<ChannelPage> {
  const { dialect } = transaction;
  const cells = await transaction.query(
    sql`SELECT ${raw(channelMemberTable.columnList)}, member_count FROM (
        SELECT ${raw(channelMemberTable.columnList)},
          row_number() OVER (PARTITION BY cid ORDER BY created_at, user_id) AS place,
          count(*) OVER (PARTITION BY cid) AS member_count
        FROM channel_members WHERE cid IN (${dialect.values(rows.map(row => row.cid))})
      ) AS channel_members WHERE place <= ${LIMITS.channelMembers} ORDER BY cid, place`,
  );
  const views = new Map(rows.map(row => [row.cid, { row, members: [], memberCount: 0 } as ChannelView]));
  for (const one of cells) {
    const view = views.get(one.cid as string);
    view?.members.push(channelMemberTable.decode(one, dialect));
    if (view) view.memberCount = Number(one.member_count);
  }
  const userIds = new Set(cells.map(one => one.user_id as string));
  return { channels: [...views.values()], users: await findUsers(transaction, [...userIds]) };
}
