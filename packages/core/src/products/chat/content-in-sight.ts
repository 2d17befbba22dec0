import sql, { type Sql } from 'sql-template-tag';
import { isBeingDeleted } from '../hidden-content.js';
import type { Viewer } from '../viewer.js';

/** Whether a row of `channels` is neither deleted nor about to be deleted with one of the two it belongs to. */
export const CHANNEL_IN_SIGHT: Sql = sql`(channels.deleted_at IS NULL AND (channels.pair IS NULL OR NOT EXISTS (
  SELECT 1 FROM channel_members AS one_of_two
  WHERE one_of_two.cid = channels.cid AND ${isBeingDeleted('one_of_two.user_id', 'conversations')}
)))`;

/** Whether a user may know of a row of `channels`: its members may. A back end knows of every channel. */
export function channelIsFor(viewer: Viewer): Sql {
  if (viewer.kind === 'server') return sql`true`;
  return sql`EXISTS (SELECT 1 FROM channel_members AS viewer
    WHERE viewer.cid = channels.cid AND viewer.user_id = ${viewer.userId})`;
}

/** Whether a row of `messages` is neither deleted nor about to be, and not kept from the viewer by a shadow ban. */
export function messageInSight(viewer: Viewer): Sql {
  const present = sql`messages.deleted_at IS NULL AND NOT ${isBeingDeleted('messages.user_id', 'messages')}`;
  if (viewer.kind === 'server') return sql`(${present})`;
  return sql`(${present} AND (messages.shadowed = false OR messages.user_id = ${viewer.userId}))`;
}
