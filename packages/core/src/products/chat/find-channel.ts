import { RollcallError } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import { type ChannelMemberRow, channelMemberTable } from './channel-member-table.js';
import { type ChannelRow, channelTable } from './channel-table.js';
import { CHANNEL_IN_SIGHT } from './content-in-sight.js';

/** The error for a channel that is not there, or not for the caller: the same for both, so that nothing can be guessed. */
export function channelNotFound(cid: string): RollcallError {
  return new RollcallError('NOT_FOUND', `cid: there is no channel "${cid}" that this caller can see`, {
    field: 'cid',
  });
}

/**
 * A channel that is in sight. Whoever writes into it holds a lock on it until the end, because a sweep holds it alone
 * while it deletes: nothing is written into a channel that goes.
 * @param lock `dialect.forShare`, or `forUpdate` for those who change the channel itself.
 */
export async function findChannel(
  transaction: Transaction,
  cid: string,
  lock: Sql = empty,
): Promise<ChannelRow | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(channelTable.columnList)} FROM channels WHERE cid = ${cid} AND ${CHANNEL_IN_SIGHT}${lock}`,
  );
  return cells && channelTable.decode(cells, transaction.dialect);
}

/** One member of a channel, if it is one. */
export async function findMember(
  transaction: Transaction,
  member: { cid: string; userId: string },
): Promise<ChannelMemberRow | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(channelMemberTable.columnList)} FROM channel_members
      WHERE cid = ${member.cid} AND user_id = ${member.userId}`,
  );
  return cells && channelMemberTable.decode(cells, transaction.dialect);
}
