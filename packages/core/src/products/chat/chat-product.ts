import type { ContentModes } from '@rollcall/protocol';
import sql, { empty, join, type Sql } from 'sql-template-tag';
import type { Transaction } from '../../database/unit-of-work.js';
import type { CascadeContext, DeletionContext, Product } from '../product.js';
import { bringBackMessages, hideMessages, pruneMessages, removeMessagesOfUser } from './cascade-messages.js';
import { bringBackPairs, hidePairs, removePairs } from './cascade-pairs.js';
import { type CascadeStep, runSteps } from './cascade-step.js';
import { eraseUserSteps, findTraces } from './erase-user.js';
import { exportContent } from './export-content.js';

/**
 * Chat, as the life cycle of users sees it. It counts `messages`, `reactions` and `flags`, `channels` (1:1 channels
 * that were deleted or restored), `memberships`, and `ownerships` (channels that got a new owner).
 */
export const chatProduct: Product = {
  name: 'chat',
  ofMessages: ['messages', 'reactions', 'flags'],
  deactivate: context => runSteps(context.limit, [hideMessages(context, 'deactivation')]),
  reactivate: context => runSteps(context.limit, [bringBackMessages(context, 'deactivation')]),
  restore: (context: CascadeContext) =>
    runSteps(context.limit, [bringBackPairs(context), bringBackMessages(context, 'deletion')]),
  delete: async context => runSteps(context.limit, await deletionSteps(context)),
  export: exportContent,
  count: countContent,
};

/** 1:1 channels come first, so that what is removed with them is not counted again with the user's messages. */
async function deletionSteps(context: DeletionContext): Promise<CascadeStep[]> {
  const { modes, eraseUser } = context;
  const traces = eraseUser ? await findTraces(context) : undefined;
  const steps: CascadeStep[] = [];
  if (modes.conversations === 'soft') steps.push(hidePairs(context));
  if (modes.conversations === 'hard' && traces?.pairs !== false) steps.push(removePairs(context));
  if (modes.messages === 'soft') steps.push(hideMessages(context, 'deletion'));
  if (modes.messages === 'pruning') steps.push(pruneMessages(context));
  if (modes.messages === 'hard') steps.push(removeMessagesOfUser(context));
  if (traces) steps.push(...eraseUserSteps(context, traces));
  return steps;
}

/** A deletion that is only counted. */
interface PlannedDeletion {
  userIds: readonly string[];
  modes: ContentModes;
  /** Whether the users themselves are hard-deleted. */
  eraseUser: boolean;
}

/** How much a deletion would change in chat. It counts by the same names as the deletion itself. */
async function countContent(
  transaction: Transaction,
  { userIds, modes, eraseUser }: PlannedDeletion,
): Promise<Record<string, number>> {
  const users = transaction.dialect.values(userIds);
  const count = async (from: Sql): Promise<number> => {
    const [cells] = await transaction.query(sql`SELECT count(*) AS counted FROM ${from}`);
    return Number(cells?.counted);
  };
  const messages = messagesOf(users, modes);
  const counted: Record<string, number> = {
    messages: await count(sql`(${messages.changed}) AS messages`),
    reactions: await count(
      sql`(${onMessages('reactions', sql`message_id, user_id, type`, { messages, users, eraseUser })}) AS reactions`,
    ),
    flags: await count(
      sql`(${onMessages('flags', sql`message_id, user_id`, { messages, users, eraseUser })}) AS flags`,
    ),
    channels: modes.conversations ? await count(pairsToChange(users, modes.conversations)) : 0,
    memberships: eraseUser
      ? await count(sql`channel_members JOIN channels ON channels.cid = channel_members.cid
          WHERE channel_members.user_id IN (${users}) AND channels.pair IS NULL`)
      : 0,
    ownerships: eraseUser ? await count(sql`channels WHERE owner_id IN (${users}) AND pair IS NULL`) : 0,
  };
  return Object.fromEntries(Object.entries(counted).filter(([, number]) => number > 0));
}

/** The 1:1 channels of the users. A channel counts once, even if both members are among the users. */
function pairsOf(users: Sql): Sql {
  return sql`SELECT DISTINCT channels.cid FROM channel_members JOIN channels ON channels.cid = channel_members.cid
    WHERE channel_members.user_id IN (${users}) AND channels.pair IS NOT NULL`;
}

function pairsToChange(users: Sql, mode: NonNullable<ContentModes['conversations']>): Sql {
  const open = mode === 'soft' ? sql` AND channels.deleted_at IS NULL` : empty;
  return sql`(${pairsOf(users)}${open}) AS pairs`;
}

/** The ids of the messages that change, and of the ones among them that lose reactions and flags. */
function messagesOf(users: Sql, modes: ContentModes): { changed: Sql; stripped: Sql } {
  const own = {
    soft: sql`AND pruned = false AND deleted_with IS NULL`,
    pruning: sql`AND pruned = false`,
    hard: empty,
  };
  const none = sql`SELECT id FROM messages WHERE false`;
  const inPairs =
    modes.conversations === 'hard' ? sql`SELECT id FROM messages WHERE cid IN (${pairsOf(users)})` : none;
  const mine = modes.messages
    ? sql`SELECT id FROM messages WHERE user_id IN (${users}) ${own[modes.messages]}`
    : none;
  return {
    changed: sql`${inPairs} UNION ${mine}`,
    stripped: modes.messages === 'soft' ? inPairs : sql`${inPairs} UNION ${mine}`,
  };
}

/** The reactions or flags that are removed with messages, and those that the users made. Each counts once. */
function onMessages(
  table: 'reactions' | 'flags',
  key: Sql,
  { messages, users, eraseUser }: { messages: { stripped: Sql }; users: Sql; eraseUser: boolean },
): Sql {
  const from = table === 'reactions' ? sql`reactions` : sql`flags`;
  const parts = [sql`SELECT ${key} FROM ${from} WHERE message_id IN (${messages.stripped})`];
  if (eraseUser) parts.push(sql`SELECT ${key} FROM ${from} WHERE user_id IN (${users})`);
  return join(parts, ' UNION ');
}
