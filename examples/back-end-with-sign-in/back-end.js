/**
 * A back end with accounts of its own. Under `/api/auth` people sign up, sign in, sign out, and delete their account.
 * `/rollcall-token` gives the person who is signed in a token for Rollcall.
 */
import { createServer } from 'node:http';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import { tokenFor } from './people.js';
import { ORIGIN, PORT } from './settings.js';
import { auth } from './sign-in.js';

const signIn = toNodeHandler(auth);

const server = createServer(async (request, response) => {
  try {
    const { pathname } = new URL(request.url ?? '/', ORIGIN);
    if (pathname.startsWith('/api/auth/')) return void (await signIn(request, response));
    if (pathname === '/rollcall-token' && request.method === 'POST')
      return void (await giveToken(request, response));
    answer(response, 404, { message: 'There is nothing here.' });
  } catch (error) {
    console.error(error);
    if (!response.headersSent) answer(response, 503, { message: 'Try again in a moment.' });
  }
});

/** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
async function giveToken(request, response) {
  const session = await auth.api.getSession({ headers: fromNodeHeaders(request.headers) });
  // The user is the one of the session. Never take an id from the request.
  if (!session) return answer(response, 401, { message: 'Nobody is signed in.' });
  answer(response, 200, { user_id: session.user.id, token: await tokenFor(session.user) });
}

/** @param {import('node:http').ServerResponse} response @param {number} status @param {object} body */
function answer(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

server.listen(PORT, () => console.log(`The back end listens on ${ORIGIN}.`));
process.on('SIGTERM', () => process.exit());
