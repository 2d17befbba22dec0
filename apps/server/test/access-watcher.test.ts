import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Directory, openDirectory } from '@rollcall/core';
import { Outlets } from '@rollcall/router';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type StopWatching, watchAccess } from '../src/live/access-watcher.js';
import { Connections } from '../src/live/connections.js';

const SERVER = { type: 'server' } as const;

let directory: Directory;
let connections: Connections;
let stopWatching: StopWatching;
/** Lets the watch read on: before it, it is as late as a process that was suspended, or lost its database for a while. */
let wakeUp: () => void;
let closed: string[];

beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rollcall-server-'));
  directory = await openDirectory({ databaseUrl: `sqlite:${join(folder, 'rollcall.sqlite')}` });
  connections = new Connections({
    presence: directory.presence,
    clock: Date.now,
    maxPerUser: 5,
    maxPerAddress: 5,
  });
  closed = [];
  await directory.users.upsert(
    SERVER,
    ['gone', 'pruned', 'bystander'].map(id => ({ id })),
  );
  const awake = new Promise<void>(resolve => {
    wakeUp = resolve;
  });
  const { events, users, presenceWatch } = directory;
  stopWatching = await watchAccess({
    directory: {
      events: {
        position: () => events.position(),
        pageAfter: position => awake.then(() => events.pageAfter(position)),
        waitBeyond: (position, signal) => events.waitBeyond(position, signal),
      },
      users,
      presenceWatch,
    },
    connections,
    logger: pino({ level: 'silent' }),
  });
});

afterEach(async () => {
  wakeUp();
  await stopWatching();
  await directory.close();
});

function connect(userId: string): Promise<void> {
  return new Promise(resolve => {
    const close = (code: number) => {
      closed.push(`${userId} ${code}`);
      resolve();
    };
    const outlet = new Outlets({ maxUnreadBytes: 1 }).open({ unreadBytes: () => 0, close: () => undefined });
    connections.open({ kind: 'user', userId }, { outlet, close }, `user ${userId}`);
  });
}

async function eraseUser(id: string, user: 'pruning' | 'hard'): Promise<void> {
  const modes = { user, messages: 'hard', conversations: 'hard' } as const;
  const taskId = await directory.lifeCycle.deleteUsers(SERVER, { ids: [id], ...modes });
  for await (const task of directory.tasks.watch(taskId, new AbortController().signal)) {
    if (task.status === 'completed') return;
  }
}

it('closes the connections of users whom the log names no more when it is read, and of nobody else', async () => {
  const ended = Promise.all([connect('gone'), connect('gone'), connect('pruned')]);
  void connect('bystander');
  await eraseUser('gone', 'hard');
  await eraseUser('pruned', 'pruning');
  const page = await directory.events.pageAfter({ ...(await directory.events.position()), seq: 0 });
  expect(JSON.stringify('events' in page && page.events.map(event => event.userId))).not.toContain('"gone"');
  expect(closed).toEqual([]);
  wakeUp();
  await ended;
  expect(closed.sort()).toEqual(['gone 4403', 'gone 4403', 'pruned 4403']);
});
