import { RollcallError } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import type { Viewer } from '../viewer.js';
import { CHANNEL_IN_SIGHT, channelIsFor, messageInSight } from './content-in-sight.js';
import { type MessageRow, messageTable } from './message-table.js';

/**
 * A message that the viewer may see.
 * @param how `includeDeleted` finds everything that is stored, and is for servers; `lock` holds the message and its
 * channel until the end of the transaction.
 * @throws RollcallError `NOT_FOUND` for one that is not there and for one that is not for the viewer.
 */
export async function findMessage(
  transaction: Transaction,
  viewer: Viewer,
  how: { id: string; field?: string; includeDeleted?: boolean; lock?: Sql },
): Promise<MessageRow> {
  const { id, field = 'id', includeDeleted = false, lock = empty } = how;
  const inSight = includeDeleted ? sql`true` : sql`${CHANNEL_IN_SIGHT} AND ${messageInSight(viewer)}`;
  const [cells] = await transaction.query(
    sql`SELECT ${raw(messageTable.columnList)} FROM channels JOIN messages ON messages.cid = channels.cid
      WHERE messages.id = ${id} AND ${channelIsFor(viewer)} AND ${inSight}${lock}`,
  );
  if (!cells) {
    throw new RollcallError('NOT_FOUND', `${field}: there is no message "${id}" that this caller can see`, {
      field,
    });
  }
  return messageTable.decode(cells, transaction.dialect);
}
