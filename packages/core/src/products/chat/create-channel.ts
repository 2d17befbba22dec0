import { randomUUID } from 'node:crypto';
import { type CreateChannelInput, LIMITS, RollcallError } from '@rollcall/protocol';
import sql, { raw } from 'sql-template-tag';
import { requireReach } from '../../blocks/may-reach.js';
import { insertRows } from '../../database/table.js';
import type { WriteTransaction } from '../../database/unit-of-work.js';
import type { UserRow } from '../../users/model/user-table.js';
import { loadActor, type Viewer } from '../../users/viewer.js';
import {
  type ChannelRow,
  channelMemberTable,
  channelTable,
  findMember,
  lockPairs,
  pairOf,
} from './channel-table.js';

/** A parsed `createChannel`, with the caller and the user who creates the channel. */
export interface NewChannel extends Omit<CreateChannelInput, 'user_id'> {
  viewer: Viewer;
  /** The creator. It is always a member, and the owner. */
  userId: string;
}

/**
 * Makes a channel, or finds the existing one: the channel with the id, or the 1:1 channel of the two users. Two users
 * have one undeleted 1:1 channel of a type, whichever of them asks for it and however many calls ask at once.
 * @throws RollcallError `NOT_ALLOWED` for a channel of other users, for a team that the creator is not in, and for a
 * member who has blocked the creator or whom it has blocked; `USER_NOT_FOUND` and `USER_DELETED` for members.
 */
export async function createChannel(transaction: WriteTransaction, request: NewChannel): Promise<ChannelRow> {
  const { type, id, userId } = request;
  const memberIds = [...new Set([userId, ...(request.members ?? [])])];
  if (memberIds.length > LIMITS.channelMembers) {
    throw new RollcallError(
      'INPUT_INVALID',
      `members: a new channel has at most ${LIMITS.channelMembers} members, including its creator`,
      { field: 'members' },
    );
  }
  const pair = id === undefined ? pairOf(memberIds) : undefined;
  if (pair !== undefined) await lockPairs(transaction, [pair]);
  const creator = await loadActor(transaction, userId, { field: 'user_id' });
  const existing = id === undefined ? undefined : await findExisting(transaction, request, `${type}:${id}`);
  if (existing) return existing;

  const placeOf = (index: number) => ({ field: `members.${index}` });
  await requireReach(transaction, request, { ids: request.members ?? [], placeOf });
  if (pair !== undefined) {
    const open = await findOpenPair(transaction, { type, pair });
    if (open) return open;
  }
  refuseTeam(request, creator);
  const channelId = id ?? (pair === undefined ? randomUUID() : `!pair-${randomUUID()}`);
  const row: ChannelRow = {
    cid: `${type}:${channelId}`,
    type,
    id: channelId,
    owner_id: userId,
    ...(request.team !== undefined && { team: request.team }),
    ...(pair !== undefined && { pair }),
    custom: request.custom ?? {},
    created_at: transaction.now,
    updated_at: transaction.now,
  };
  await insertRows(transaction, channelTable, [row]);
  const memberRows = memberIds.map(member => ({
    cid: row.cid,
    user_id: member,
    created_at: transaction.now,
  }));
  await insertRows(transaction, channelMemberTable, memberRows);
  return row;
}

/** The undeleted 1:1 channel of a type that two users share. */
async function findOpenPair(
  transaction: WriteTransaction,
  { type, pair }: { type: string; pair: string },
): Promise<ChannelRow | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(channelTable.columnList)} FROM channels
      WHERE pair = ${pair} AND type = ${type} AND deleted_at IS NULL`,
  );
  return cells && channelTable.decode(cells, transaction.dialect);
}

async function findExisting(
  transaction: WriteTransaction,
  { viewer, userId }: NewChannel,
  cid: string,
): Promise<ChannelRow | undefined> {
  const [cells] = await transaction.query(
    sql`SELECT ${raw(channelTable.columnList)} FROM channels WHERE cid = ${cid}`,
  );
  if (!cells) return undefined;
  if (viewer.kind === 'user' && !(await findMember(transaction, { cid, userId }))) {
    throw new RollcallError(
      'NOT_ALLOWED',
      `id: the channel "${cid}" exists, and "${userId}" is not a member of it`,
      {
        field: 'id',
      },
    );
  }
  return channelTable.decode(cells, transaction.dialect);
}

function refuseTeam({ viewer, team }: NewChannel, creator: UserRow): void {
  if (viewer.kind === 'server' || team === undefined || creator.teams.includes(team)) return;
  throw new RollcallError('NOT_ALLOWED', `team: the user "${creator.id}" is not in the team "${team}"`, {
    field: 'team',
  });
}
