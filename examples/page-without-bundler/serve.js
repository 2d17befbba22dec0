/**
 * Serves the page, and the files of the client as npm has put them into node_modules. Nothing is built. A web server that
 * you have already can do the same.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';

const { PORT = '8080', ROLLCALL_URL = 'http://localhost:4600' } = process.env;
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };

/** What is handed out, and nothing else of this folder. `new URL` has resolved every `..` before it is asked. */
const PUBLIC =
  /^\/(index\.html|page\.js|node_modules\/(@rollcall\/client|@trpc\/(client|server))\/dist\/.+\.m?js)$/;

const server = createServer(async (request, response) => {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    if (pathname === '/rollcall-url') return void response.end(ROLLCALL_URL);
    const path = pathname === '/' ? '/index.html' : pathname;
    if (!PUBLIC.test(path)) throw new Error(`${path} is not a file of the page`);
    const text = await readFile(new URL(`.${path}`, import.meta.url));
    const type = TYPES[/** @type {keyof typeof TYPES} */ (extname(path))];
    response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(text);
  } catch {
    response.writeHead(404).end('Not found');
  }
});

server.listen(Number(PORT), () => console.log(`Open http://localhost:${PORT} in a browser, or in two.`));
process.on('SIGTERM', () => process.exit());
