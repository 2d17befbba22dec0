import type { ContentModes } from '@rollcall/protocol';
import sql, { empty, join, type Sql } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';

/** What a deletion of a user would be. */
export interface PlannedDeletion {
  userId: string;
  modes: ContentModes;
  /** Whether the user itself goes for ever. */
  forgetUser: boolean;
}

/** How much a deletion would change in chat, by the names that the deletion itself counts by. */
export async function countContent(
  transaction: Transaction,
  { userId, modes, forgetUser }: PlannedDeletion,
): Promise<Record<string, number>> {
  const count = async (from: Sql): Promise<number> => {
    const [cells] = await transaction.query(sql`SELECT count(*) AS counted FROM ${from}`);
    return Number(cells?.counted);
  };
  const messages = messagesOf(userId, modes);
  const counted: Record<string, number> = {
    messages: await count(sql`(${messages.changed}) AS messages`),
    reactions: await count(
      sql`(${onMessages('reactions', sql`message_id, user_id, type`, { messages, userId, forgetUser })}) AS reactions`,
    ),
    flags: await count(
      sql`(${onMessages('flags', sql`message_id, user_id`, { messages, userId, forgetUser })}) AS flags`,
    ),
    channels: modes.conversations ? await count(pairsToChange(userId, modes.conversations)) : 0,
    memberships: forgetUser
      ? await count(sql`channel_members JOIN channels ON channels.cid = channel_members.cid
          WHERE channel_members.user_id = ${userId} AND channels.pair IS NULL`)
      : 0,
    ownerships: forgetUser ? await count(sql`channels WHERE owner_id = ${userId} AND pair IS NULL`) : 0,
  };
  return Object.fromEntries(Object.entries(counted).filter(([, number]) => number > 0));
}

/** The 1:1 channels of a user. */
function pairsOf(userId: string): Sql {
  return sql`SELECT channels.cid FROM channel_members JOIN channels ON channels.cid = channel_members.cid
    WHERE channel_members.user_id = ${userId} AND channels.pair IS NOT NULL`;
}

function pairsToChange(userId: string, mode: NonNullable<ContentModes['conversations']>): Sql {
  const open = mode === 'soft' ? sql` AND channels.deleted_at IS NULL` : empty;
  return sql`(${pairsOf(userId)}${open}) AS pairs`;
}

/** The ids of the messages that change, and of those among them that lose reactions and flags. */
function messagesOf(userId: string, modes: ContentModes): { changed: Sql; stripped: Sql } {
  const own = {
    soft: sql`AND pruned = false AND deleted_with IS NULL`,
    pruning: sql`AND pruned = false`,
    hard: empty,
  };
  const none = sql`SELECT id FROM messages WHERE false`;
  const inPairs =
    modes.conversations === 'hard' ? sql`SELECT id FROM messages WHERE cid IN (${pairsOf(userId)})` : none;
  const mine = modes.messages
    ? sql`SELECT id FROM messages WHERE user_id = ${userId} ${own[modes.messages]}`
    : none;
  return {
    changed: sql`${inPairs} UNION ${mine}`,
    stripped: modes.messages === 'soft' ? inPairs : sql`${inPairs} UNION ${mine}`,
  };
}

/** Rows about messages that go with them, and those that the user made, each once. */
function onMessages(
  table: 'reactions' | 'flags',
  key: Sql,
  { messages, userId, forgetUser }: { messages: { stripped: Sql }; userId: string; forgetUser: boolean },
): Sql {
  const from = table === 'reactions' ? sql`reactions` : sql`flags`;
  const parts = [sql`SELECT ${key} FROM ${from} WHERE message_id IN (${messages.stripped})`];
  if (forgetUser) parts.push(sql`SELECT ${key} FROM ${from} WHERE user_id = ${userId}`);
  return join(parts, ' UNION ');
}
