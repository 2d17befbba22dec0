import { kindOfProcedure } from '@rollcall/router';
import { CALL_AND_FEED_ROWS } from './call-and-feed-rows.js';
import { CHAT_ROWS } from './chat-rows.js';
import { LIVE_ROWS } from './live-rows.js';
import { MODERATION_ROWS } from './moderation-rows.js';
import { type PermissionRow, SERVER_ONLY } from './permission-row.js';
import { SERVER_ONLY_ROWS } from './server-only-rows.js';
import { USER_ROWS } from './user-rows.js';
import { WEBHOOK_ROWS } from './webhook-rows.js';

const WRITTEN: readonly PermissionRow[] = [
  ...SERVER_ONLY_ROWS,
  ...USER_ROWS,
  ...LIVE_ROWS,
  ...MODERATION_ROWS,
  ...CHAT_ROWS,
  ...CALL_AND_FEED_ROWS,
  ...WEBHOOK_ROWS,
];

/** Who may call what: the seams prove each row call by call, and the page of procedures is made from them. */
export const PERMISSION_ROWS: readonly PermissionRow[] = WRITTEN.map(withReader);

/** Whether a procedure is refused to every token of a user, before it is looked whose it is. */
export function isForServersOnly(path: string): boolean {
  return WRITTEN.some(row => row.path === path && row.expected === SERVER_ONLY);
}

/** A token that may only read is refused every mutation, and reads whatever a server token reads: no row says otherwise. */
function withReader(row: PermissionRow): PermissionRow {
  const { server } = row.expected;
  if (server === undefined) return row;
  const reader = kindOfProcedure(row.path)?.type === 'mutation' ? 'NOT_ALLOWED' : server;
  return { ...row, expected: { ...row.expected, reader } };
}
