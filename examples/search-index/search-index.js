/**
 * A search over the users of Rollcall: `/search?q=jane`. The index is a file, `index.json`, which is always right for some
 * position in the event log. The program goes on from there when it starts, however it ended.
 */
import { createServer } from 'node:http';
import { createServerClient } from '@rollcall/client/server';
import { follow } from './followed-users.js';
import { StoredIndex } from './stored-index.js';

const {
  PORT = '8080',
  INDEX = 'index.json',
  ROLLCALL_URL = 'http://localhost:4600',
  ROLLCALL_SECRET,
} = process.env;
const SAVE_EVERY_MS = 1_000;

if (!ROLLCALL_SECRET) {
  console.error('ROLLCALL_SECRET is not set. It is the secret of your Rollcall server.');
  process.exit(1);
}

const rollcall = createServerClient({ url: ROLLCALL_URL, secret: ROLLCALL_SECRET });
const index = new StoredIndex(INDEX);
await index.load();

const http = createServer((request, response) => {
  // Only the part behind the question mark is taken apart: a caller may send anything as its path.
  const [path, query] = (request.url ?? '').split('?');
  const found = path === '/search' && { users: index.search(new URLSearchParams(query).get('q') ?? '') };
  response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
  response.end(JSON.stringify(found || { message: 'Ask /search?q=jane' }));
});
http.listen(Number(PORT), () => console.log(`Ask http://localhost:${PORT}/search?q=jane`));

// One save after the other: each has a moment of its own, and a file of its own beside the index.
let saving = Promise.resolve();
const save = () => {
  saving = saving.then(() => index.save());
  return saving;
};
setInterval(save, SAVE_EVERY_MS);

process.on('SIGTERM', () => save().then(() => process.exit()));

// An error that another attempt cannot mend ends the program. What starts it again finds the index as it was stored.
await follow(rollcall, index);
