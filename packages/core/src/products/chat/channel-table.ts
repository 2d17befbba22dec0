import { type JsonObject, RollcallError } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { isThere, requireReachOfOther } from '../../blocks/may-reach.js';
import { defineTable } from '../../database/table.js';
import type { Transaction, WriteTransaction } from '../../database/unit-of-work.js';
import type { Viewer } from '../../users/viewer.js';
import { isBeingDeleted } from '../cascade-table.js';

/** A channel as it is stored. */
export interface ChannelRow {
  /** `type:id`. */
  cid: string;
  type: string;
  id: string;
  /** Absent if the owner was hard-deleted and has no new owner. */
  owner_id?: string;
  team?: string;
  /** For a 1:1 channel: the sorted ids of its two members, separated by a space. */
  pair?: string;
  custom: JsonObject;
  created_at: number;
  updated_at: number;
  /** When the last message that everyone could see was sent. */
  last_message_at?: number;
  /** Set while a member is deleted together with its conversations. */
  deleted_at?: number;
}

/** The channels. */
export const channelTable = defineTable<ChannelRow>('channels', [
  { name: 'cid', kind: 'text', primary: true },
  { name: 'type', kind: 'text' },
  { name: 'id', kind: 'text' },
  { name: 'owner_id', kind: 'text', nullable: true },
  { name: 'team', kind: 'text', nullable: true },
  { name: 'pair', kind: 'text', nullable: true },
  { name: 'custom', kind: 'json' },
  { name: 'created_at', kind: 'integer' },
  { name: 'updated_at', kind: 'integer' },
  { name: 'last_message_at', kind: 'integer', nullable: true },
  { name: 'deleted_at', kind: 'integer', nullable: true },
]);

/** A member of a channel as it is stored. */
export interface ChannelMemberRow {
  cid: string;
  user_id: string;
  /** When it joined. */
  created_at: number;
  /**
   * Set when the member was deleted together with its conversations. A 1:1 channel comes back only when neither member
   * has the mark, in whichever order they are restored. The mark is removed with the row, so the other member's row
   * never holds an id.
   */
  deleted_with?: 'deletion';
}

/** The members of the channels. */
export const channelMemberTable = defineTable<ChannelMemberRow>('channel_members', [
  { name: 'cid', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'created_at', kind: 'integer' },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);

/** The pair of two users, the same in either order; undefined for any other number of users. */
export function pairOf(userIds: readonly string[]): string | undefined {
  return userIds.length === 2 ? [...userIds].sort().join(' ') : undefined;
}

/** The two ids of a pair, sorted. */
export function usersOfPair(pair: string): string[] {
  return pair.split(' ');
}

/** Locks these pairs: no other transaction opens or restores a 1:1 channel of them until this one ends. */
export function lockPairs(transaction: WriteTransaction, pairs: readonly string[]): Promise<void> {
  return transaction.lock(pairs.map(pair => `pair:${pair}`));
}

/**
 * The error for a channel that does not exist or that the caller may not see. Both get the same answer, so that a
 * caller cannot guess ids.
 */
export function channelNotFound(cid: string): RollcallError {
  return new RollcallError('NOT_FOUND', `cid: there is no channel "${cid}" that this caller can see`, {
    field: 'cid',
  });
}

/**
 * A visible channel. A caller that writes into it must hold a lock on it until the end, because a cascade locks the
 * channel while it deletes: so nothing is written into a channel that is being deleted.
 * @param lock `dialect.forShare`, or `forUpdate` for a change of the channel itself.
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

/** A user's membership of a channel; undefined for a user who is not a member. */
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

/**
 * Refuses a user who would write where only somebody is whom it may not reach, however the channel was made. The caller
 * has locked the user.
 * @throws RollcallError `NOT_ALLOWED`
 */
export async function refuseBlockedAlone(
  transaction: WriteTransaction,
  { cid, userId }: { cid: string; userId: string },
  field: string,
): Promise<void> {
  const cells = await transaction.query(
    sql`SELECT user_id FROM channel_members WHERE cid = ${cid} AND user_id <> ${userId}
      AND ${isThere('channel_members.user_id')} LIMIT 2`,
  );
  const others = cells.map(cell => cell.user_id as string);
  await requireReachOfOther(transaction, { userId, others }, { field });
}

/** Whether a row of `channels` is visible: neither deleted nor about to be deleted with one of its two members. */
export const CHANNEL_IN_SIGHT: Sql = sql`(channels.deleted_at IS NULL AND (channels.pair IS NULL OR NOT EXISTS (
  SELECT 1 FROM channel_members AS one_of_two
  WHERE one_of_two.cid = channels.cid AND ${isBeingDeleted('one_of_two.user_id', 'conversations')}
)))`;

/**
 * Whether a viewer may see a row of `channels`: a user sees the channels that it is a member of, a back end every one.
 */
export function channelIsFor(viewer: Viewer): Sql {
  if (viewer.kind === 'server') return sql`true`;
  return sql`EXISTS (SELECT 1 FROM channel_members AS viewer
    WHERE viewer.cid = channels.cid AND viewer.user_id = ${viewer.userId})`;
}
