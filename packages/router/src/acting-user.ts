import type { Viewer } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import { type Caller, requireUser } from './caller.js';

/** Who looks at content. @throws RollcallError `NOT_ALLOWED` for an anonymous caller. */
export function viewerOf(caller: Caller): Viewer {
  return caller.kind === 'server' ? { kind: 'server' } : { kind: 'user', userId: requireUser(caller).userId };
}

/**
 * In whose name a caller writes content: a user in its own, a back end in that of the user it names.
 * @throws RollcallError `INPUT_INVALID` when a back end names nobody, `NOT_ALLOWED` when a user names somebody else, and
 * for an anonymous caller.
 */
export function actingUserId(caller: Caller, userId: string | undefined): string {
  if (caller.kind === 'server') {
    if (userId !== undefined) return userId;
    throw new RollcallError('INPUT_INVALID', 'user_id: with a server token, say who acts', {
      field: 'user_id',
    });
  }
  const user = requireUser(caller);
  if (userId === undefined || userId === user.userId) return user.userId;
  throw new RollcallError('NOT_ALLOWED', 'user_id: only a server token acts for somebody else', {
    field: 'user_id',
  });
}
