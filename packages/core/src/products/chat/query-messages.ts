import type { QueryMessagesInput } from '@rollcall/protocol';
import sql, { join, raw } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import { readPageCursor, writePageCursor } from '../page-cursor.js';
import type { Viewer } from '../viewer.js';
import { messageInSight } from './content-in-sight.js';
import { type MessageRow, messageTable } from './message-table.js';
import { getChannel } from './query-channels.js';
import { type MessagePage, viewMessages } from './view-messages.js';

/** Checked conditions of a list of messages. */
export type MessageQuery = Omit<QueryMessagesInput, 'user_id'> & { limit: number };

/**
 * One page of the messages of a channel, newest first, answers to others included.
 * @throws RollcallError `NOT_FOUND` for a channel that is not there or not for the viewer; `CURSOR_INVALID`.
 */
export async function queryMessages(
  transaction: Transaction,
  viewer: Viewer,
  query: MessageQuery,
): Promise<MessagePage> {
  const { cid, parent_id: parentId, limit, next, include_deleted: includeDeleted = false } = query;
  await getChannel(transaction, viewer, { cid, includeDeleted });
  const list = ['messages', cid, parentId, includeDeleted];
  const conditions = [sql`cid = ${cid}`];
  if (parentId !== undefined) conditions.push(sql`parent_id = ${parentId}`);
  if (!includeDeleted) conditions.push(messageInSight(viewer));
  if (next !== undefined) {
    const [createdAt, id] = readPageCursor<[number, string]>(next, list, ['number', 'string']);
    conditions.push(sql`(created_at, id) < (${createdAt}, ${id})`);
  }
  const cells = await transaction.query(
    sql`SELECT ${raw(messageTable.columnList)} FROM messages WHERE ${join(conditions, ' AND ')}
      ORDER BY created_at DESC, id DESC LIMIT ${limit + 1}`,
  );
  const rows = cells.slice(0, limit).map((one): MessageRow => messageTable.decode(one, transaction.dialect));
  const last = rows.at(-1);
  return {
    ...(await viewMessages(transaction, viewer, rows)),
    ...(cells.length > limit && last && { next: writePageCursor(list, [last.created_at, last.id]) }),
  };
}
