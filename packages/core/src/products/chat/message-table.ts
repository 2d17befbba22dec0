import { type Attachment, type JsonObject, RollcallError } from '@rollcall/protocol';
import sql, { empty, raw, type Sql } from 'sql-template-tag';
import { defineTable } from '../../database/table.js';
import type { Transaction } from '../../database/unit-of-work.js';
import type { Viewer } from '../../users/viewer.js';
import { isBeingDeleted } from '../cascade-table.js';
import { CHANNEL_IN_SIGHT, channelIsFor } from './channel-table.js';

/** A message as it is stored. */
export interface MessageRow {
  id: string;
  cid: string;
  user_id: string;
  parent_id?: string;
  text?: string;
  attachments: Attachment[];
  custom: JsonObject;
  /** Written under a shadow ban: only its author and servers see it. */
  shadowed: boolean;
  /** Only author, channel and times are left. */
  pruned: boolean;
  created_at: number;
  updated_at: number;
  deleted_at?: number;
  /** How it was deleted: by itself, by the deactivation of its author, or by the author's deletion. */
  deleted_with?: 'message' | 'deactivation' | 'deletion';
}

/** The messages. */
export const messageTable = defineTable<MessageRow>('messages', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'cid', kind: 'text' },
  { name: 'user_id', kind: 'text' },
  { name: 'parent_id', kind: 'text', nullable: true },
  { name: 'text', kind: 'text', nullable: true },
  { name: 'attachments', kind: 'json' },
  { name: 'custom', kind: 'json' },
  { name: 'shadowed', kind: 'boolean' },
  { name: 'pruned', kind: 'boolean' },
  { name: 'created_at', kind: 'integer' },
  { name: 'updated_at', kind: 'integer' },
  { name: 'deleted_at', kind: 'integer', nullable: true },
  { name: 'deleted_with', kind: 'text', nullable: true },
]);

/**
 * A message that the viewer may see.
 * @param how `includeDeleted` finds every stored message and is for servers; `lock` locks the message and its channel
 * until the end of the transaction.
 * @throws RollcallError `NOT_FOUND` for a message that does not exist or that the viewer may not see.
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

/**
 * Whether a viewer sees a row of `messages`: it is neither deleted nor about to be, and no shadow ban hides it from the
 * viewer.
 */
export function messageInSight(viewer: Viewer): Sql {
  const present = sql`messages.deleted_at IS NULL AND NOT ${isBeingDeleted('messages.user_id', 'messages')}`;
  if (viewer.kind === 'server') return sql`(${present})`;
  return sql`(${present} AND (messages.shadowed = false OR messages.user_id = ${viewer.userId}))`;
}
