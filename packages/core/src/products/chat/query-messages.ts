import type { QueryMessagesInput } from '@rollcall/protocol';
import sql, { join, raw } from 'sql-template-tag';
import { readPageCursor, writePageCursor } from '../../database/page-cursor.js';
import type { Transaction } from '../../database/unit-of-work.js';
import { findUsers } from '../../users/find-users.js';
import type { UserRow } from '../../users/model/user-table.js';
import type { Viewer } from '../../users/viewer.js';
import { type MessageRow, messageInSight, messageTable } from './message-table.js';
import { getChannel } from './query-channels.js';

/** A message with its answers and reactions, as far as the viewer may see them. */
export interface MessageView {
  row: MessageRow;
  replyCount: number;
  /** By type. */
  reactionCounts: Record<string, number>;
  /** The types of the viewer's own reactions, sorted. */
  ownReactions: string[];
}

/** Messages, and their authors as stored now. */
export interface MessagePage {
  messages: MessageView[];
  users: ReadonlyMap<string, UserRow>;
  next?: string;
}

/** The parsed input of `queryMessages`, without the user in whose name it is asked. */
export type ParsedQueryMessages = Omit<QueryMessagesInput, 'user_id'> & { limit: number };

/**
 * One page of the messages of a channel, newest first, including answers to other messages.
 * @throws RollcallError `NOT_FOUND` for a channel that does not exist or that the viewer may not see; `CURSOR_INVALID`.
 */
export async function queryMessages(
  transaction: Transaction,
  viewer: Viewer,
  query: ParsedQueryMessages,
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

/** Adds what is shown with messages, with a fixed number of statements for any number of messages. */
export async function viewMessages(
  transaction: Transaction,
  viewer: Viewer,
  rows: readonly MessageRow[],
): Promise<MessagePage> {
  const ids = transaction.dialect.values(rows.map(row => row.id));
  const views = new Map<string, MessageView>();
  for (const row of rows) {
    views.set(row.id, { row, replyCount: 0, reactionCounts: Object.create(null), ownReactions: [] });
  }
  const replies = await transaction.query(
    sql`SELECT parent_id, count(*) AS replies FROM messages
      WHERE parent_id IN (${ids}) AND ${messageInSight(viewer)} GROUP BY parent_id`,
  );
  for (const one of replies) {
    const view = views.get(one.parent_id as string);
    if (view) view.replyCount = Number(one.replies);
  }
  const viewerId = viewer.kind === 'user' ? viewer.userId : null;
  const reactions = await transaction.query(
    sql`SELECT message_id, type, count(*) AS reactions, sum(CASE WHEN user_id = ${viewerId} THEN 1 ELSE 0 END) AS own
      FROM reactions WHERE message_id IN (${ids}) GROUP BY message_id, type ORDER BY message_id, type`,
  );
  for (const one of reactions) {
    const view = views.get(one.message_id as string);
    const type = one.type as string;
    if (view) view.reactionCounts[type] = Number(one.reactions);
    if (view && Number(one.own) > 0) view.ownReactions.push(type);
  }
  const authors = new Set(rows.map(row => row.user_id));
  return { messages: [...views.values()], users: await findUsers(transaction, [...authors]) };
}
