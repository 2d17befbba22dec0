import { RollcallError } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { requireReach } from '../../blocks/may-reach.js';
import { insertRows } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import { loadActor, type Viewer } from '../../users/viewer.js';
import {
  type ChannelRow,
  channelMemberTable,
  channelNotFound,
  channelTable,
  findChannel,
  findMember,
  refuseBlockedAlone,
} from './channel-table.js';

/** Members to add or remove. */
export interface MemberChange {
  cid: string;
  members: readonly string[];
}

/**
 * Adds members to a channel. A user who is already a member stays as it is.
 * @throws RollcallError `NOT_FOUND`; `NOT_ALLOWED` for a 1:1 channel, and for a user who does not own the channel;
 * `USER_NOT_FOUND` and `USER_DELETED` for members; `NOT_ALLOWED` for a block between the user and one whom it adds, or
 * the only other member.
 */
export async function addMembers(
  transaction: WriteTransaction,
  viewer: Viewer,
  change: MemberChange,
): Promise<ChannelRow> {
  const channel = await openForChange(transaction, viewer, { ...change, ownerOnly: true });
  const by = { viewer, ...(viewer.kind === 'user' && { userId: viewer.userId }) };
  const placeOf = (index: number) => ({ field: `members.${index}` });
  await requireReach(transaction, by, { ids: change.members, placeOf });
  // A third member must not give back what a block of the two has taken.
  if (viewer.kind === 'user') {
    await refuseBlockedAlone(transaction, { ...channel, userId: viewer.userId }, 'cid');
  }
  const present = await transaction.query(
    sql`SELECT user_id FROM channel_members
      WHERE cid = ${channel.cid} AND user_id IN (${transaction.dialect.values(change.members)})`,
  );
  const known = new Set(present.map(one => one.user_id));
  const added = change.members.filter(id => !known.has(id));
  const rows = added.map(id => ({ cid: channel.cid, user_id: id, created_at: transaction.now }));
  await insertRows(transaction, channelMemberTable, rows);
  return added.length > 0 ? touch(transaction, channel) : channel;
}

/**
 * Removes members from a channel. Their messages stay. A member may always remove itself.
 * @throws RollcallError `NOT_FOUND`; `NOT_ALLOWED` for a 1:1 channel, and for a user who does not own the channel.
 */
export async function removeMembers(
  transaction: WriteTransaction,
  viewer: Viewer,
  change: MemberChange,
): Promise<ChannelRow> {
  const leaves = viewer.kind === 'user' && change.members.length === 1 && change.members[0] === viewer.userId;
  const channel = await openForChange(transaction, viewer, { ...change, ownerOnly: !leaves });
  const removed = await transaction.query(
    sql`DELETE FROM channel_members WHERE cid = ${channel.cid}
      AND user_id IN (${transaction.dialect.values(change.members)}) RETURNING user_id`,
  );
  return removed.length > 0 ? touch(transaction, channel) : channel;
}

async function openForChange(
  transaction: WriteTransaction,
  viewer: Viewer,
  { cid, ownerOnly }: { cid: string; ownerOnly: boolean },
): Promise<ChannelRow> {
  const channel = await findChannel(transaction, cid, transaction.dialect.forUpdate);
  if (viewer.kind === 'user') {
    const { userId } = viewer;
    await loadActor(transaction, userId, { field: 'user_id' });
    const owns = channel?.owner_id === userId;
    if (!owns && !(await findMember(transaction, { cid, userId }))) throw channelNotFound(cid);
    if (ownerOnly && !owns) {
      throw new RollcallError('NOT_ALLOWED', `cid: only the owner of "${cid}" can change its members`, {
        field: 'cid',
      });
    }
  }
  if (!channel) throw channelNotFound(cid);
  if (channel.pair !== undefined) {
    throw new RollcallError('NOT_ALLOWED', `cid: "${cid}" is a 1:1 channel; its members cannot change`, {
      field: 'cid',
    });
  }
  return channel;
}

async function touch(transaction: WriteTransaction, { cid }: ChannelRow): Promise<ChannelRow> {
  const [cells] = await transaction.query(
    sql`UPDATE channels SET updated_at = ${transaction.now} WHERE cid = ${cid} RETURNING ${raw(channelTable.columnList)}`,
  );
  if (!cells) throw channelNotFound(cid);
  return channelTable.decode(cells, transaction.dialect);
}
