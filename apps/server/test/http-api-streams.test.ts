/** Events over the HTTP API: plain server-sent events, within the limits of live connections. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestServer, type TestServer, tokenOf } from './test-server.js';

let server: TestServer;
let back: string;
const open = new Set<AbortController>();

beforeAll(async () => {
  server = await startTestServer();
  back = await tokenOf({ server: true });
  await server.mutate('users.upsert', { users: [{ id: 'jane' }] });
});
afterEach(() => {
  for (const stream of open) stream.abort();
  open.clear();
});
afterAll(() => server.close());

interface Heard {
  id?: string;
  event?: string;
  data?: unknown;
}

/** Reads server-sent events as the standard says, comments left out. */
function parse(text: string): Heard[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map(block => {
      const lines = block.split('\n').filter(line => !line.startsWith(':'));
      const of = (name: string) => lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const [id, event, data] = [of('id'), of('event'), of('data')];
      return {
        ...(id !== undefined && { id }),
        ...(event !== undefined && { event }),
        ...(data !== undefined && { data: JSON.parse(data) }),
      };
    })
    .filter(heard => Object.keys(heard).length > 0);
}

async function listen(
  path: string,
  { token = back, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
) {
  const stop = new AbortController();
  open.add(stop);
  const response = await fetch(`${server.url}/api${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
    signal: stop.signal,
  });
  let text = '';
  const end = (async () => {
    try {
      for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
      return 'over';
    } catch {
      return 'broken off';
    }
  })();
  return {
    response,
    end,
    stop: () => stop.abort(),
    heard: () => parse(text),
    text: () => text,
    until: async (found: (heard: Heard[]) => boolean): Promise<Heard[]> => {
      await vi.waitFor(() => expect(found(parse(text)), text).toBe(true), { timeout: 20_000, interval: 10 });
      return parse(text);
    },
  };
}

const named = (heard: Heard[], name: string) =>
  heard.some(({ data }) => (data as { user?: { name?: string } } | undefined)?.user?.name === name);

describe('a stream of events', () => {
  it('says where it begins, brings each event with its position, and goes on after it', async () => {
    const first = await listen('/events');
    expect(first.response.headers.get('content-type')).toBe('text/event-stream');
    expect(first.response.headers.get('cache-control')).toBe('no-store, no-transform');
    const [{ id: begins } = {}] = await first.until(heard => heard.length > 0);
    await server.mutate('users.upsert', { users: [{ id: 'jane', name: 'One' }] });
    await server.mutate('users.upsert', { users: [{ id: 'jane', name: 'Two' }] });
    const heard = await first.until(all => named(all, 'Two'));
    const events = heard.filter(({ data }) => data) as { id: string; data: { id: string } }[];
    expect(events.map(({ id }) => id)).toEqual(events.map(({ data }) => data.id));
    first.stop();

    const [one] = events;
    const resumed = await listen('/events', { headers: { 'last-event-id': String(one?.id) } });
    const after = (await resumed.until(all => named(all, 'Two'))).filter(({ data }) => data);
    expect(after).toEqual(events.slice(1));
    const byQuery = await listen(`/events?lastEventId=${begins}`);
    expect((await byQuery.until(all => named(all, 'Two'))).filter(({ data }) => data)).toEqual(events);
  });

  it('keeps to types, and its position moves past what is not for it', async () => {
    const stream = await listen('/events?types=user.deleted&types=user.banned');
    await stream.until(heard => heard.length > 0);
    await server.mutate('users.upsert', { users: [{ id: 'jane', name: 'Three' }] });
    await server.mutate('moderation.ban', { id: 'jane' });
    const heard = await stream.until(all => all.some(({ data }) => data));
    expect(heard.flatMap(({ data }) => (data ? [(data as { type: string }).type] : []))).toEqual([
      'user.banned',
    ]);
    await server.mutate('moderation.unban', { id: 'jane' });
  });

  it('that comes back with the position of another log is told to read afresh, and goes on', async () => {
    const stream = await listen('/events', { headers: { 'last-event-id': 'otherapp.5' } });
    const [resync] = await stream.until(heard => heard.length > 0);
    expect(resync).toMatchObject({ event: 'resync', data: {} });
    await server.mutate('users.upsert', { users: [{ id: 'jane', name: 'Four' }] });
    await stream.until(all => named(all, 'Four'));
  });

  it.each([
    ['a token that is bad', '/events', { token: 'rubbish' }, 401, 'TOKEN_INVALID'],
    [
      'a position that is no position',
      '/events',
      { headers: { 'last-event-id': '../../x' } },
      400,
      'INPUT_INVALID',
    ],
    ['a huge position', '/events', { headers: { 'last-event-id': '1'.repeat(8000) } }, 400, 'INPUT_INVALID'],
    ['a type that is not known', '/events?types=user.exploded', {}, 400, 'INPUT_INVALID'],
    ['an operator that is not known', '/events?filter={"name":{"$where":"1"}}', {}, 400, 'INPUT_INVALID'],
    ['a parameter that is not known', '/progress?x=1', {}, 400, 'INPUT_INVALID'],
    ['a task that is not there', `/tasks/${'0'.repeat(36)}/events`, {}, 404, 'TASK_NOT_FOUND'],
  ] as const)('is refused with a status for %s', async (_, path, said, status, code) => {
    const { response, text, end } = await listen(path, said);
    await end;
    expect([response.status, JSON.parse(text()).code]).toEqual([status, code]);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });

  it('breaks off within a second when its user is deactivated, and the user is offline then', async () => {
    await server.mutate('users.upsert', { users: [{ id: 'leaver' }] });
    const stream = await listen('/events', { token: await tokenOf({ user_id: 'leaver' }) });
    await stream.until(heard => heard.length > 0);
    const since = Date.now();
    await server.mutate('users.deactivate', { id: 'leaver' });
    expect(await stream.end).toBe('broken off');
    expect(Date.now() - since).toBeLessThan(1000);
  });
});

it('a task tells its state until it ends, and says that this is the end', async () => {
  const { task_id } = (await server.mutate('users.exportMany', { ids: ['jane'] })) as { task_id: string };
  const stream = await listen(`/tasks/${task_id}/events`);
  expect(await stream.end).toBe('over');
  const heard = stream.heard();
  expect(heard.at(-1)).toEqual({ event: 'end', data: {} });
  expect(heard.at(-2)).toMatchObject({ data: { task_id, status: 'completed' } });
});

it('presence tells first who is online, and then who comes', async () => {
  const stream = await listen('/presence?user_ids=jane');
  await stream.until(heard => heard.length > 0);
  expect(stream.heard()[0]).toMatchObject({ data: { user: { id: 'jane', online: false } } });
  await listen('/events', { token: await tokenOf({ user_id: 'jane' }) });
  await stream.until(heard => heard.some(({ data }) => (data as { user: { online: boolean } }).user.online));
});

it('progress begins before anything happens, and says nothing until then', async () => {
  const stream = await listen('/progress');
  expect(stream.response.status).toBe(200);
  expect(stream.heard()).toEqual([]);
});

it('a listener that does not read is broken off and counted, costs a bounded memory, and nobody else waits for it', async () => {
  const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
  try {
    const head = `GET /api/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${back}\r\n\r\n`;
    await new Promise<unknown>(resolve => socket.write(head, resolve));
    await once(socket, 'data');
    socket.pause();
    const reader = await listen('/events?types=user.deleted');
    await reader.until(heard => heard.length > 0);
    const closed = async () => {
      const overview = await server.mutate('overview.get', {});
      return (overview as { warnings: { code: string }[] }).warnings.some(
        ({ code }) => code === 'LISTENERS_CLOSED',
      );
    };
    expect(await closed()).toBe(false);
    // What the system keeps for a socket fills first.
    for (let round = 0; round < 24; round++) {
      const users = Array.from({ length: 100 }, (_, index) => ({
        id: `many-${index}`,
        text: `${round}`.repeat(2000),
      }));
      await server.mutate('users.upsert', { users });
    }
    await vi.waitFor(async () => expect(await closed()).toBe(true), {
      timeout: 20_000,
      interval: 200,
    });
    socket.resume();
    await once(socket, 'close');
    expect(socket.bytesRead).toBeLessThan(16 * 1024 * 1024);
    expect(reader.response.status).toBe(200);
  } finally {
    socket.destroy();
  }
});

it('of ten thousand streams that one user opens, as many live as a user may have, and nothing is left of the others', async () => {
  const token = await tokenOf({ user_id: 'jane' });
  const other = await startTestServer({ ROLLCALL_CLIENT_CALLS_PER_MINUTE: '100000' });
  try {
    await other.mutate('users.upsert', { users: [{ id: 'jane' }] });
    const statuses: Record<number, number> = {};
    // A response that nobody holds any more is closed.
    const living: { stop: AbortController; response: Response }[] = [];
    const openOne = async () => {
      const stop = new AbortController();
      const response = await fetch(`${other.url}/api/events`, {
        headers: { authorization: `Bearer ${token}` },
        signal: stop.signal,
      });
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      if (response.status === 200) living.push({ stop, response });
      else await response.text();
    };
    for (let round = 0; round < 100; round++) await Promise.all(Array.from({ length: 100 }, openOne));
    expect(statuses).toEqual({ 200: 50, 429: 9950 });
    for (const { stop } of living) stop.abort();
    await vi.waitFor(
      async () => {
        const response = await fetch(`${other.url}/api/users/jane`, {
          headers: { authorization: `Bearer ${back}` },
        });
        expect(await response.json()).toMatchObject({ online: false });
      },
      { timeout: 20_000 },
    );
  } finally {
    await other.close();
  }
});
