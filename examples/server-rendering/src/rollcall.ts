/** What this server asks of Rollcall: with the secret, and as one of its readers. */
import { randomUUID } from 'node:crypto';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { ROLLCALL_SECRET, ROLLCALL_URL } from './settings.js';

/** May do everything. So it makes users and tokens, and reads nothing for a page. */
const rollcall = createServerClient({ url: ROLLCALL_URL, secret: ROLLCALL_SECRET });

/** Makes somebody new. */
export async function makeReader(name: string): Promise<string> {
  const { id } = await rollcall.upsertUser({ id: randomUUID(), name });
  return id;
}

/** A token of one user. It is short, and the browser fetches the next one by itself. */
export const tokenFor = (id: string): Promise<string> => rollcall.createToken(id, { expires_in: 600 });

/**
 * A client for one request, with the token of its reader: it sees what the reader may see, and does what the reader may do.
 * Calls go over HTTP. Nothing is opened, and nothing has to be closed.
 */
export async function clientOf(id: string): Promise<ServerClient> {
  return createServerClient({ url: ROLLCALL_URL, token: await tokenFor(id) });
}
