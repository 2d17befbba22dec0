/**
 * Plain calls are answered as tRPC's own adapter answers them. A header that it gives no meaning to, and that browsers' clients
 * never send with plain calls, makes the server use it, so both answer the same requests here.
 */
import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

let server: TestServer;
let back: string;
let jane: string;
let ghost: string;

beforeAll(async () => {
  server = await startTestServer({ ROLLCALL_ALLOWED_ORIGINS: 'https://app.example.com' });
  back = await tokenOf({ server: true });
  jane = await tokenOf({ user_id: 'jane' });
  ghost = await tokenOf({ user_id: 'nobody-yet' });
  await server.mutate('users.upsert', { users: [{ id: 'jane', name: 'Jané' }, { id: 'john' }] });
});
afterAll(() => server.close());

/** What an answer says, without what differs each time. */
interface Answer {
  status: number | undefined;
  text: string;
  headers: IncomingHttpHeaders;
  inOnePiece: boolean;
}

interface Sent {
  path: string;
  token?: string;
  method?: 'GET' | 'POST' | 'HEAD';
  body?: string | Buffer;
  headers?: Record<string, string>;
}

const JSON_BODY = { 'content-type': 'application/json' };

function ask({
  path,
  token,
  body,
  headers,
  method = body === undefined ? 'GET' : 'POST',
}: Sent): Promise<Answer> {
  const options: RequestOptions = {
    method,
    path: `/trpc/${path}`,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
  };
  return new Promise((resolve, reject) => {
    const sent = request(server.url, options, response => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        const { date, 'x-request-id': id, 'content-length': length, ...told } = response.headers;
        for (const name of ['transfer-encoding', 'ratelimit-remaining', 'keep-alive']) delete told[name];
        const text = Buffer.concat(chunks).toString('utf8').replaceAll(String(id), 'ID');
        resolve({ status: response.statusCode, text, headers: told, inOnePiece: length !== undefined });
      });
    });
    sent.once('error', reject).end(body);
  });
}

/** Asks the server for plain answers, and tRPC's adapter. */
async function both(sent: Sent): Promise<[plain: Answer, adapter: Answer]> {
  const ordinary = { ...sent, headers: { ...sent.headers, 'trpc-accept': 'application/json' } };
  return [await ask(sent), await ask(ordinary)];
}

const input = (value: unknown) => encodeURIComponent(JSON.stringify(value));
const find = (id: string) => ({ filter: { id } });

/** What plain calls are asked, and the status that both give. */
const PLAIN: readonly (readonly [what: string, status: number, sent: () => Sent])[] = [
  ['a query without an input', 200, () => ({ path: 'settings.get', token: back })],
  ['a query with an input', 200, () => ({ path: `users.query?input=${input(find('jane'))}`, token: jane })],
  [
    'a query as POST',
    200,
    () => ({ path: 'users.query', token: jane, body: '{"filter":{"id":"jane"}}', headers: JSON_BODY }),
  ],
  [
    'a query as POST without a body',
    200,
    () => ({ path: 'roles.list', token: back, body: '', headers: JSON_BODY }),
  ],
  ['a GET whose content type is JSON', 200, () => ({ path: 'roles.list', token: back, headers: JSON_BODY })],
  [
    'a mutation',
    200,
    () => ({ path: 'settings.update', token: back, body: '{"event_retention_days":7}', headers: JSON_BODY }),
  ],
  [
    'a content type with a parameter, in other letters',
    200,
    () => ({
      path: 'settings.update',
      token: back,
      body: '{}',
      headers: { 'content-type': 'Application/JSON ; charset=utf-8' },
    }),
  ],
  [
    'a byte order mark',
    200,
    () => ({ path: 'users.query', token: jane, body: '\uFEFF{"filter":{"id":"jane"}}', headers: JSON_BODY }),
  ],
  [
    'a batch',
    200,
    () => ({
      path: `users.query,users.query,roles.list?batch=1&input=${input({ 0: find('jane'), 1: find('john') })}`,
      token: back,
    }),
  ],
  ['a batch of one', 200, () => ({ path: 'roles.list?batch=1', token: back })],
  [
    'a batch with an encoded comma, and a fragment',
    200,
    () => ({ path: 'roles.list%2Csettings.get?batch=1#batch=2', token: back }),
  ],
  [
    'a batch as POST',
    200,
    () => ({
      path: 'users.query,roles.list?batch=1',
      token: back,
      body: '{"0":{"filter":{"id":"jane"}}}',
      headers: JSON_BODY,
    }),
  ],
  [
    'a batch of which a part is refused',
    207,
    () => ({ path: `users.query,settings.get?batch=1&input=${input({ 0: find('jane') })}`, token: jane }),
  ],
  [
    'a batch that is refused for different reasons',
    207,
    () => ({ path: `users.query,settings.get?batch=1&input=${input({ 0: { filter: 1 } })}`, token: jane }),
  ],
  [
    'a batch whose input is a list',
    400,
    () => ({ path: 'users.query,users.query?batch=1&input=[]', token: jane }),
  ],
  ['no token', 401, () => ({ path: 'roles.list' })],
  ['a bad token', 401, () => ({ path: 'roles.list', token: 'x.y.z' })],
  ['what only servers may do', 403, () => ({ path: 'settings.get', token: jane })],
  ['a user who does not exist', 404, () => ({ path: 'users.query', token: ghost })],
  ['an input that is no JSON', 400, () => ({ path: 'users.query?input=%7Bx', token: jane })],
  [
    'a body that is no JSON',
    400,
    () => ({ path: 'users.upsert', token: back, body: '{"users":[', headers: JSON_BODY }),
  ],
  [
    'a batch whose body is no JSON',
    207,
    () => ({ path: 'users.query,roles.list?batch=1', token: jane, body: 'nonsense', headers: JSON_BODY }),
  ],
  [
    'an input that is wrong',
    400,
    () => ({ path: 'users.upsert', token: back, body: '{"users":[{"id":""},{"id":1}]}', headers: JSON_BODY }),
  ],
  [
    'an allowed page',
    200,
    () => ({ path: 'roles.list', token: back, headers: { origin: 'https://app.example.com' } }),
  ],
];

/** What tRPC's adapter answers, whatever the headers. */
const OTHER: readonly (readonly [what: string, status: number, sent: () => Sent])[] = [
  ['a name that is no procedure', 404, () => ({ path: 'users.nothing', token: back })],
  ['a name that every object has', 404, () => ({ path: 'constructor', token: back })],
  ['a batch with such a name', 207, () => ({ path: 'roles.list,__proto__?batch=1', token: back })],
  ['a GET of a mutation', 400, () => ({ path: `users.upsert?input=${input({ users: [] })}`, token: back })],
  [
    'queries and mutations in one batch',
    400,
    () => ({ path: 'roles.list,users.upsert?batch=1', token: back, body: '{}', headers: JSON_BODY }),
  ],
  [
    'a body of another kind',
    400,
    () => ({ path: 'users.query', token: back, body: 'x', headers: { 'content-type': 'text/plain' } }),
  ],
  ['a body that does not say its kind', 400, () => ({ path: 'users.query', token: back, body: '{}' })],
  [
    'a form',
    400,
    () => ({
      path: 'users.query',
      token: back,
      body: '--b\r\n',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
    }),
  ],
  ['what a connection would say', 400, () => ({ path: 'roles.list?connectionParams=%7B', token: back })],
  ['a path that is no text', 400, () => ({ path: 'roles.list%E0%A4%A', token: back })],
  [
    '21 calls in a batch',
    400,
    () => ({ path: `${Array(21).fill('roles.list').join(',')}?batch=1`, token: back }),
  ],
];

describe('plain calls are answered as by the adapter of tRPC', () => {
  it.each(PLAIN)('%s: %i', async (_what, status, sent) => {
    const [plain, adapter] = await both(sent());
    expect(plain.status).toBe(status);
    expect({ ...plain, inOnePiece: false }).toEqual(adapter);
    expect(plain.inOnePiece).toBe(true);
    expect(JSON.parse(plain.text)).toBeDefined();
  });

  it('and say when to come back', async () => {
    const limited = await startTestServer({ ROLLCALL_CLIENT_CALLS_PER_MINUTE: '4' });
    const { url } = server;
    server.url = limited.url;
    try {
      await limited.mutate('users.upsert', { users: [{ id: 'jane' }] });
      for (let call = 0; call < 4; call++) await ask({ path: 'roles.list', token: jane });
      const answers = await both({ path: 'roles.list,blocks.list?batch=1', token: jane });
      for (const { status, headers } of answers) {
        expect(status).toBe(207);
        expect(Number(headers['retry-after'])).toBeGreaterThan(50);
      }
    } finally {
      server.url = url;
      await limited.close();
    }
  });
});

describe('what is no plain call is left to the adapter of tRPC', () => {
  it.each(OTHER)('%s: the adapter answers with %i', async (_what, status, sent) => {
    const [one, adapter] = await both(sent());
    expect(one.status).toBe(status);
    expect(one).toEqual(adapter);
  });

  it('a HEAD', async () => {
    expect(await ask({ path: 'roles.list', method: 'HEAD', token: back })).toMatchObject({ status: 204 });
  });

  it('a batch whose answers shall come one by one', async () => {
    const headers = { accept: 'application/jsonl' };
    const answer = await ask({ path: 'roles.list,settings.get?batch=1', token: back, headers });
    expect(answer).toMatchObject({ status: 200, inOnePiece: false });
    expect(answer.text.trim().split('\n').length).toBeGreaterThan(1);
  });
});
