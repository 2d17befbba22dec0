/** The web server: pages, two forms, tokens, and the two files that the browser loads. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { RollcallError } from '@rollcall/client';
import { clientOf, makeReader, tokenFor } from './rollcall.js';
import { sendPage, sendSignInPage } from './send-page.js';
import { readerOf, startSession } from './sessions.js';
import { PORT } from './settings.js';

const FILES: Record<string, string> = { '/browser.js': 'text/javascript', '/page.css': 'text/css' };

const server = createServer(async (request, response) => {
  try {
    await answer(request, response);
  } catch (error) {
    // What may pass is another matter than what Rollcall refuses, such as a name that is too long.
    const refused = error instanceof RollcallError && error.unrecoverable;
    if (!refused) console.error(error);
    if (!response.headersSent)
      say(response, refused ? 400 : 503, refused ? error.message : 'Try again soon.');
  }
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
  const { pathname } = new URL(request.url ?? '/', 'http://page');
  const readerId = readerOf(request);
  const type = FILES[pathname];
  if (isLong(request)) return say(response, 413, 'That is too long.');
  switch (`${request.method} ${pathname}`) {
    case 'GET /':
      return readerId ? sendPage(response, readerId) : sendSignInPage(response);

    case 'POST /sign-in':
      response.setHeader('set-cookie', startSession(await makeReader(await nameIn(request))));
      return backToThePage(response);

    case 'POST /name':
      if (!readerId) return say(response, 401, 'Nobody is signed in.');
      await (await clientOf(readerId)).partialUpdateUser({
        id: readerId,
        set: { name: await nameIn(request) },
      });
      return backToThePage(response);

    case 'POST /rollcall-token':
      // The user is the one of the session. Never take an id from the request.
      if (!readerId) return say(response, 401, 'Nobody is signed in.');
      return say(response, 200, await tokenFor(readerId));

    default:
      if (request.method !== 'GET' || !type) return say(response, 404, 'There is nothing here.');
      response.setHeader('content-type', type);
      return response.end(await readFile(new URL(`./public${pathname}`, import.meta.url)));
  }
}

/** No form of this server is long, and none is read whose length nobody knows. */
function isLong({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length'] ?? 0) > 10_000 || 'transfer-encoding' in headers;
}

async function nameIn(form: IncomingMessage): Promise<string> {
  return new URLSearchParams(await text(form)).get('name') ?? '';
}

const backToThePage = (response: ServerResponse) => response.writeHead(303, { location: '/' }).end();

function say(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(words);
}

server.listen(Number(PORT), () => console.log(`Open http://localhost:${PORT} in a browser, or in two.`));
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
