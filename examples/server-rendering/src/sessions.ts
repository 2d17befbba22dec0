/** Who is who, by a cookie. Your own sign-in goes here: this one believes every name, and forgets all when it ends. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const readers = new Map<string, string>();

/** The cookie of a new session. No script reads it, and no form of another site sends it along. With HTTPS, add `Secure`. */
export function startSession(userId: string): string {
  const session = randomBytes(24).toString('base64url');
  readers.set(session, userId);
  return `session=${session}; HttpOnly; SameSite=Lax; Path=/`;
}

/** The id of the user who sends a request. */
export function readerOf({ headers }: IncomingMessage): string | undefined {
  const [, session = ''] = /(?:^|; )session=([\w-]+)/.exec(headers.cookie ?? '') ?? [];
  return readers.get(session);
}
