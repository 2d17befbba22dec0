import sql from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import { findUsers } from '../../users/find-users.js';
import type { UserRow } from '../../users/user-table.js';
import type { Viewer } from '../viewer.js';
import { messageInSight } from './content-in-sight.js';
import type { MessageRow } from './message-table.js';

/** A message with what others did about it, as far as the viewer may see it. */
export interface MessageView {
  row: MessageRow;
  replyCount: number;
  /** By type. */
  reactionCounts: Record<string, number>;
  /** Types of the viewer's own reactions, sorted. */
  ownReactions: string[];
}

/** Messages, and their authors as stored now. */
export interface MessagePage {
  messages: MessageView[];
  users: ReadonlyMap<string, UserRow>;
  next?: string;
}

/** Puts to messages what is shown with them, by a few statements however many they are. */
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
