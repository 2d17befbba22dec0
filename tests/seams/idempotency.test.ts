/** Every procedure that takes an idempotency key keeps to it, with answers as they really are. */
import { createRequire } from 'node:module';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { kindOfProcedure, PROCEDURES } from '@rollcall/router';
import { openSql } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROGRAM, type ProgramCall } from '../support/http-api/program.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

const openFile = createRequire(import.meta.url)('better-sqlite3') as (file: string) => {
  prepare(statement: string): { all(): Record<string, unknown>[] };
  close(): void;
};

let server: ServerProcess;
let backEnd: ServerClient;
let token: string;

beforeAll(async () => {
  server = await startServerProcess();
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  token = await backEnd.createServerToken();
});
afterAll(async () => {
  await backEnd?.disconnect();
  await server?.stop();
});

async function send(
  [procedure, input = {}]: ProgramCall,
  { key, as = token }: { key?: string; as?: string },
) {
  const response = await fetch(`${server.url}/trpc/${procedure}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${as}`,
      'content-type': 'application/json',
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    body: JSON.stringify(input),
  });
  const isRepeat = response.headers.get('idempotency-replayed') === 'true';
  return { ok: response.ok, text: await response.text(), isRepeat };
}

/** Where the log ends, once nothing is under way. */
async function endOfLog(): Promise<string> {
  for (const status of ['pending', 'running'] as const) {
    const { tasks } = await backEnd.listTasks({ status });
    for (const { task_id } of tasks) await backEnd.waitForTask(task_id);
  }
  return ((await backEnd.queryUsers({ id: 'nobody' })) as unknown as { position: string }).position;
}

async function stored(statement: string): Promise<Record<string, unknown>[]> {
  const { databaseUrl } = server;
  if (databaseUrl.startsWith('postgres')) {
    const connection = await openSql(databaseUrl);
    try {
      return await connection.query(statement);
    } finally {
      await connection.close();
    }
  }
  const file = openFile(databaseUrl.replace(/^[a-z0-9-]+:/, ''));
  try {
    return file.prepare(statement).all();
  } finally {
    file.close();
  }
}

const done = new Set<string>();

/** Makes a call twice with one key. What is answered to the first one is answered to the second, and nothing more is done. */
async function twice(call: ProgramCall, key: string, as = token): Promise<void> {
  const first = await send(call, { key, as });
  const end = await endOfLog();
  const second = await send(call, { key, as });
  const what = JSON.stringify(call);
  expect([first.isRepeat, second.isRepeat], `${what} ${first.text} ${second.text}`).toEqual([
    false,
    first.ok,
  ]);
  if (!first.ok) return;
  expect(second.text, what).toBe(first.text);
  expect(await endOfLog(), what).toBe(end);
  done.add(call[0]);
}

const takesKey = (procedure: string) => kindOfProcedure(procedure)?.takesKey === true;

describe('calls with a key', () => {
  it('are answered twice and done once, by every procedure that takes one', async () => {
    for (const [number, call] of PROGRAM.entries()) {
      if (takesKey(call[0])) await twice(call, `program-${number}`);
    }
    await twice(
      ['users.connect', { user: { id: 'ann', name: 'Ann D' } }],
      'connect',
      await backEnd.createToken('ann'),
    );
    const { webhook } = await backEnd.createWebhook({
      url: 'https://hooks.example/b',
      types: ['task.cancelled'],
    });
    const from = await endOfLog();
    for (const [name, more] of [
      ['update', { description: 'a shop' }],
      ['disable', {}],
      ['enable', {}],
      ['replay', { from }],
      ['delete', {}],
    ] as const) {
      await twice([`webhooks.${name}`, { id: webhook.id, ...more }], `webhook-${name}`);
    }
    const { tasks } = await backEnd.listTasks({ limit: 1 });
    await twice(['tasks.cancel', { task_id: tasks[0]?.task_id }], 'cancel');
    // It takes a delivery that has failed.
    const without = ['webhooks.retryDelivery'];
    expect(PROCEDURES.filter(name => takesKey(name) && !done.has(name))).toEqual(without);
  });

  it('leave nothing behind of the people whom they were about, when those have been erased', async () => {
    const people = ['ann', 'bob', 'cara', 'dora'];
    const { users } = await backEnd.queryUsers({ id: { $in: people } }, [], { include_deleted_users: true });
    expect((await stored("SELECT 1 FROM idempotency_keys WHERE answer LIKE '%Ann%'")).length).toBeGreaterThan(
      10,
    );
    const { task_id } = await backEnd.deleteUsers(
      users.map(({ id }) => id),
      { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' },
    );
    expect((await backEnd.waitForTask(task_id)).status).toBe('completed');
    const left = await stored('SELECT user_id, answer FROM idempotency_keys');
    expect(left.length).toBeGreaterThan(20);
    expect(
      left.filter(row =>
        /"(ann|bob|cara|dora)"|Ann|Bob|Dora|tea|phone/.test(JSON.stringify(row).replaceAll('\\', '')),
      ),
    ).toEqual([]);
    expect(left.filter(row => row.answer !== null).length).toBeGreaterThan(0);
    expect(
      await stored("SELECT * FROM idempotency_users WHERE user_id IN ('ann', 'bob', 'cara', 'dora')"),
    ).toEqual([]);
  });

  it('leave nothing behind of content that is removed for ever, also of what others wrote', async () => {
    await backEnd.upsertUsers([{ id: 'eve' }, { id: 'finn' }]);
    const made = async (call: ProgramCall, number: number) => {
      const { ok, text } = await send(call, { key: `content-${number}` });
      expect(ok, text).toBe(true);
      return JSON.parse(text).result.data;
    };
    const text = 'a Secret';
    const by = { user_id: 'finn' };
    const { channel } = await made(
      [
        'chat.createChannel',
        { type: 'messaging', members: ['finn'], user_id: 'eve', custom: { topic: text } },
      ],
      0,
    );
    const calls: ProgramCall[] = [
      ['chat.sendMessage', { cid: channel.cid, id: 's1', text, ...by }],
      ['chat.addReaction', { message_id: 's1', type: 'like', ...by }],
      ['chat.removeReaction', { message_id: 's1', type: 'like', ...by }],
      ['chat.flagMessage', { message_id: 's1', ...by }],
      ['chat.unflagMessage', { message_id: 's1', ...by }],
      ['chat.updateMessage', { id: 's1', text: `${text}, changed`, ...by }],
      ['chat.deleteMessage', { id: 's1', ...by }],
      ['video.createCall', { type: 'audio', id: 's', members: ['eve'], custom: { about: text }, ...by }],
      ['video.joinCall', { cid: 'audio:s', ...by }],
      ['video.leaveCall', { cid: 'audio:s', ...by }],
      ['video.endCall', { cid: 'audio:s' }],
      ['feeds.addActivity', { id: 's', user_id: 'eve', verb: 'keeps', object: text }],
      ['chat.createChannel', { type: 'team', id: 'group', members: ['eve'], ...by }],
      ['chat.sendMessage', { cid: 'team:group', id: 's2', text, ...by }],
    ];
    for (const [index, call] of calls.entries()) await made(call, index + 1);
    const held = () => stored("SELECT answer FROM idempotency_keys WHERE answer LIKE '%a Secret%'");
    expect(await held()).toHaveLength(14);
    await made(['chat.deleteMessage', { id: 's2', hard: true }], 20);
    expect(await held()).toHaveLength(13);
    const { task_id } = await backEnd.deleteUsers(['eve'], {
      messages: 'hard',
      conversations: 'hard',
      calls: 'hard',
    });
    expect((await backEnd.waitForTask(task_id)).status).toBe('completed');
    expect(await held()).toEqual([]);
    const again = await send(calls[0] as ProgramCall, { key: 'content-1' });
    expect(again.ok).toBe(false);
    expect(again.text).toContain('was carried out');
  });
});
