import { once } from 'node:events';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freshDatabaseUrl, openSql, type SqlConnection } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const QUERY_MS = 2000;

/** Nobody who is not concerned waits for longer. */
const PROMPT_MS = 1000;

let server: ServerProcess;
let backEnd: ServerClient;
/** Holds a table, so that a query of it takes until its limit. Only on PostgreSQL can another connection do that. */
let holder: SqlConnection;

beforeAll(async () => {
  const databaseUrl = await freshDatabaseUrl('postgres');
  server = await startServerProcess({
    databaseUrl,
    // A table that is held at the primary holds up nobody at a replica.
    env: { ROLLCALL_CLIENT_QUERY_MS: String(QUERY_MS), ROLLCALL_DATABASE_READ_URLS: '' },
  });
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  await backEnd.upsertUsers([{ id: 'jane' }, { id: 'john' }]);
  holder = await openSql(databaseUrl);
});

afterAll(async () => {
  await holder.close();
  await backEnd.disconnect();
  await server.stop();
});

interface Answer {
  status: number;
  data: { code?: string; message?: string };
  ms: number;
}

async function ask(userId: string, procedure: string): Promise<Answer> {
  const token = await backEnd.createToken(userId);
  const startedAt = performance.now();
  const answer = await fetch(`${server.url}/trpc/${procedure}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  });
  const body = (await answer.json()) as { error?: { data: Answer['data'] } };
  return { status: answer.status, data: body.error?.data ?? {}, ms: performance.now() - startedAt };
}

/** Begins a query over a WebSocket; resolves with the code of its error. */
async function askOverSocket(
  userId: string,
  procedure: string,
): Promise<{ code: Promise<string>; end(): void }> {
  const token = await backEnd.createToken(userId);
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/trpc?connectionParams=1`);
  await once(socket, 'open');
  socket.send(JSON.stringify({ method: 'connectionParams', data: { token } }));
  const code = new Promise<string>(resolve => {
    socket.on('message', text => {
      const message = text.toString().startsWith('{') ? JSON.parse(text.toString()) : {};
      if (message.id === 1) resolve(message.error?.data.code ?? 'ok');
    });
  });
  socket.send(JSON.stringify({ id: 1, method: 'query', params: { path: procedure, input: {} } }));
  return { code, end: () => socket.close() };
}

/** How many queries wait for the table that is held. */
async function waiting(): Promise<number> {
  const rows = await holder.query(
    `SELECT 1 FROM pg_locks WHERE relation = 'calls'::regclass AND NOT granted`,
  );
  return rows.length;
}

async function isWaiting(): Promise<boolean> {
  return (await waiting()) > 0;
}

/** How many statements wait for blocks, which are held. */
async function waitingForBlocks(): Promise<number> {
  const rows = await holder.query(
    `SELECT 1 FROM pg_locks WHERE relation = 'blocks'::regclass AND NOT granted`,
  );
  return rows.length;
}

/** While nobody can read a table, runs something. */
async function whileHeld<Result>(table: 'calls' | 'blocks', run: () => Promise<Result>): Promise<Result> {
  await holder.query('BEGIN');
  await holder.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  try {
    return await run();
  } finally {
    await holder.query('ROLLBACK');
  }
}

describe('the queries of one user', () => {
  it('run one at a time, over HTTP and WebSocket together, while calls that search nothing are answered', async () => {
    await ask('jane', 'blocks.list');
    await whileHeld('calls', async () => {
      const slow = await askOverSocket('jane', 'video.queryCalls');
      await until('the query is under way', isWaiting);
      const order: string[] = [];
      const note = (name: string) => (answer: Answer | string) => {
        order.push(name);
        return answer;
      };
      const [code, second, lookup, other] = (await Promise.all([
        slow.code.then(note('slow')),
        ask('jane', 'users.query').then(note('second')),
        ask('jane', 'blocks.list').then(note('lookup')),
        ask('john', 'chat.queryChannels').then(note('other')),
      ])) as [string, Answer, Answer, Answer];
      expect(code).toBe('QUERY_TOO_EXPENSIVE');
      expect([second.status, lookup.status, other.status]).toEqual([200, 200, 200]);
      expect(order.slice(2)).toEqual(['slow', 'second']);
      expect(lookup.ms).toBeLessThan(PROMPT_MS);
      expect(other.ms).toBeLessThan(PROMPT_MS);
      slow.end();
    });
  });

  it('end when their caller has gone, over HTTP and over a WebSocket', async () => {
    await whileHeld('calls', async () => {
      const token = await backEnd.createToken('john');
      const gone = new AbortController();
      const startedAt = performance.now();
      const overHttp = fetch(`${server.url}/trpc/video.queryCalls`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{}',
        signal: gone.signal,
      });
      const overSocket = await askOverSocket('jane', 'video.queryCalls');
      await until('both queries are under way', async () => (await waiting()) === 2);
      gone.abort();
      await expect(overHttp).rejects.toThrow();
      await until('the one over HTTP has ended', async () => (await waiting()) === 1);
      overSocket.end();
      await until('the other one has ended', async () => (await waiting()) === 0);
      // They would have ended by themselves then.
      expect(performance.now() - startedAt).toBeLessThan(QUERY_MS);
    });
  });

  it('are answered with 422 when their time is over, which says how long it was', async () => {
    const { status, data } = await whileHeld('calls', () => ask('jane', 'video.queryCalls'));
    expect(status).toBe(422);
    expect(data).toMatchObject({
      code: 'QUERY_TOO_EXPENSIVE',
      message: expect.stringContaining('2 seconds'),
      unrecoverable: true,
    });
    expect(await ask('jane', 'video.queryCalls')).toMatchObject({ status: 200 });
  });

  it('that are hanging leave lookups of everybody be, however many users have one', async () => {
    const ids = Array.from({ length: 15 }, (_, index) => `person-${index}`);
    await backEnd.upsertUsers(ids.map(id => ({ id })));
    const lookUp = async () => {
      const answers = await Promise.all(ids.map(id => ask(id, 'blocks.list')));
      return Math.max(...answers.map(({ ms }) => ms));
    };
    // What the machine does to everybody at this moment.
    const quietMs = await lookUp();
    await whileHeld('calls', async () => {
      const hanging = ids.map(id => ask(id, 'video.queryCalls'));
      expect(await lookUp()).toBeLessThan(PROMPT_MS + 2 * quietMs);
      expect(await ask('john', 'blocks.list')).toMatchObject({ status: 200 });
      for (const { data } of await Promise.all(hanging)) expect(data.code).toBe('QUERY_TOO_EXPENSIVE');
    });
  });
});

describe('the other calls of one user', () => {
  it('run two at a time, over HTTP and WebSocket together, and those of others beside them', async () => {
    const all = await whileHeld('blocks', async () => {
      const socket = await askOverSocket('jane', 'blocks.list');
      const own = [socket.code, ...Array.from({ length: 3 }, () => ask('jane', 'blocks.list'))];
      await until('two are under way', async () => (await waitingForBlocks()) === 2);
      const other = ask('john', 'blocks.list');
      await until('that of somebody else is, too', async () => (await waitingForBlocks()) > 2);
      expect(await waitingForBlocks()).toBe(3);
      return { own, other, socket };
    });
    const [first, ...others] = await Promise.all(all.own);
    expect([first, ...others.map(answer => (answer as Answer).status)]).toEqual(['ok', 200, 200, 200]);
    expect(await all.other).toMatchObject({ status: 200 });
    all.socket.end();
  });
});
