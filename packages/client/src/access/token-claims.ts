import { ANONYMOUS_TOKEN, RollcallError, type TokenClaims } from '@rollcall/protocol';

/** What is wrong with a text that is to be a token, as far as anybody can see who has no secret. */
export function tokenProblem(token: unknown): string | undefined {
  if (typeof token !== 'string' || token === '') return 'is no token; a token is a text that is not empty';
  if (/^bearer\s/i.test(token)) return 'begins with "Bearer "; pass the token alone';
  // Such a text is no header, and the call would fail as if there were no server.
  if (/[^\x21-\x7e]/.test(token)) return 'holds white space or another character that no token has';
  return undefined;
}

/**
 * Refuses the token of somebody else. The server believes the token and not the client, so with a wrong one the session
 * of one user would go on as that of another.
 * @throws RollcallError `TOKEN_INVALID`.
 */
export function refuseForeignToken(token: string, userId: string): void {
  const claims = claimsOf(token);
  if (token === ANONYMOUS_TOKEN || claims?.server === true) throw foreign('no token of a user', userId);
  if (claims?.user_id !== undefined && claims.user_id !== userId) {
    throw foreign(`the token of the user ${JSON.stringify(claims.user_id)}`, userId);
  }
}

function foreign(what: string, userId: string): RollcallError {
  const own = JSON.stringify(userId);
  const message = `this is ${what}, but the session is that of the user ${own}: give it a token of ${own}, or call disconnectUser before somebody else connects`;
  return new RollcallError('TOKEN_INVALID', message, { field: 'token' });
}

/** The claims of a token; undefined if it has none that can be read. Whether they are true is the server's to say. */
function claimsOf(token: string): TokenClaims | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
    return typeof claims === 'object' && claims !== null ? claims : undefined;
  } catch {
    return undefined;
  }
}
