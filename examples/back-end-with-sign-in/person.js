/**
 * The other end: a person who signs up, connects to Rollcall, and shows what happens to them until Ctrl-C.
 *
 *     node person.js jane@example.com
 */
import { createClient } from '@rollcall/client';

const { BACK_END = 'http://localhost:8080', ROLLCALL_URL = 'http://localhost:4600' } = process.env;
const [email = 'jane@example.com'] = process.argv.slice(2);
const [name] = email.split('@');
const account = { email, name, password: 'a long password' };

// In a browser the cookie of the sign-in goes along by itself: leave `cookie` and `origin` out.
let cookie = '';

/** @param {string} path @param {object} [body] */
async function call(path, body = {}) {
  const headers = { 'content-type': 'application/json', origin: BACK_END, cookie };
  const response = await fetch(`${BACK_END}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  cookie =
    response.headers
      .getSetCookie()
      .map(text => text.split(';')[0])
      .join('; ') || cookie;
  return /** @type {{ user_id: string, token: string }} */ (await response.json());
}

/** The token provider: the client calls it for the first token, and whenever one has expired. */
async function fetchToken() {
  const { token } = await call('/rollcall-token');
  return token;
}

await call('/api/auth/sign-up/email', account).catch(() => call('/api/auth/sign-in/email', account));
const { user_id } = await call('/rollcall-token');

const client = createClient({ url: ROLLCALL_URL });
const me = await client.connectUser({ id: user_id }, fetchToken);
console.log(`connected as ${me.id}, ${me.name}`);

client.on('user.updated', event =>
  console.log(`${event.user.name}: ${Object.keys(event.changes ?? {}).join(', ')}`),
);
client.connection.subscribe(({ status, error }) => {
  console.log(error ? `${status}: ${error.message}` : status);
});
process.on('SIGTERM', () => process.exit());
