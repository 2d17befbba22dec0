import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { RollcallEvent, Task } from '@rollcall/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { seededRandom } from '../support/seeded-random.js';

/** Rounds of each kind of task: short by default; `ROLLCALL_TEST_ROUNDS=30` is the long form. */
const ROUNDS = Number(process.env.ROLLCALL_TEST_ROUNDS ?? 2);
const USERS = 12;
const MESSAGES = 25;
/** About as long as such a task takes: a crash later than that hits nothing. */
const CRASH_WITHIN_MS = 40;

/** How a kind of task is asked for, and what its end must look like for every user, whatever happened on the way. */
interface Kind {
  name: string;
  start(ids: string[]): Promise<{ task_id: string }>;
  /** What brings the users into the state that the task begins from. */
  prepare?(ids: string[]): Promise<{ task_id: string }>;
  /** The events of one user, in order; those that come at the call, before the task works, are named apart. */
  atCall?: string[];
  events: string[];
  /** Messages of a user that everybody sees at the end. */
  seen: number;
  /** Messages that are stored at the end. */
  stored: number;
  /** A hard-deleted user is named by its tombstone in the result and in the log. */
  gone?: true;
}

describe('a server that is killed at a random moment of', () => {
  let process: ServerProcess;
  let server: ServerClient;
  let generation = 0;
  const random = seededRandom('life-cycle-crash');

  beforeAll(async () => {
    process = await startServerProcess();
    server = createServerClient({ url: process.url, secret: SECRET });
    await server.upsertUser({ id: 'host' });
  });

  afterAll(async () => {
    await server.disconnect();
    expect(await process.stop()).toBe(0);
  });

  const soft = { messages: 'soft', conversations: 'soft', calls: 'soft' } as const;
  const hard = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;
  const kinds: Kind[] = [
    {
      name: 'deactivation with its messages',
      start: ids => server.deactivateUsers(ids, { mark_messages_deleted: true }),
      events: ['user.deactivated', 'user.messages.deleted'],
      seen: 0,
      stored: MESSAGES,
    },
    {
      name: 'reactivation with its messages',
      prepare: ids => server.deactivateUsers(ids, { mark_messages_deleted: true }),
      start: ids => server.reactivateUsers(ids, { restore_messages: true }),
      events: ['user.reactivated', 'user.messages.restored'],
      seen: MESSAGES,
      stored: MESSAGES,
    },
    {
      name: 'soft deletion',
      start: ids => server.deleteUsers(ids, soft),
      atCall: ['user.deleted'],
      events: ['user.messages.deleted'],
      seen: 0,
      stored: MESSAGES,
    },
    {
      name: 'restoration with its content',
      prepare: ids => server.deleteUsers(ids, soft),
      start: ids => server.restoreUsers(ids, { restore_content: true }),
      events: ['user.restored', 'user.messages.restored'],
      seen: MESSAGES,
      stored: MESSAGES,
    },
    {
      name: 'pruning',
      start: ids => server.deleteUsers(ids, { user: 'pruning', messages: 'pruning' }),
      atCall: ['user.deleted'],
      events: ['user.messages.deleted'],
      seen: 0,
      stored: MESSAGES,
    },
    {
      name: 'hard deletion',
      start: ids => server.deleteUsers(ids, hard),
      atCall: ['user.deleted'],
      events: ['user.messages.deleted'],
      seen: 0,
      stored: 0,
      gone: true,
    },
    {
      name: 'export',
      start: ids => server.exportUsers(ids),
      events: [],
      seen: MESSAGES,
      stored: MESSAGES,
    },
  ];

  it.each(kinds)('$name goes on with it: every effect once, every event once', async kind => {
    let hit = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const world = await makeWorld(server, `g${generation++}`);
      if (kind.prepare) await done(server, await kind.prepare(world.ids));
      const { position } = await server.queryUsers({}, [], { limit: 1 });
      const { task_id } = await kind.start(world.ids);
      for (let kills = 0; kills < 2; kills++) {
        await new Promise(resolve => setTimeout(resolve, random() * CRASH_WITHIN_MS));
        await process.crash();
        await process.restart();
        const task = await server.getTask(task_id);
        if (task.status !== 'completed' && task.started_at !== undefined) hit += 1;
      }
      const task = await done(server, { task_id });
      expect(task.progress).toEqual({ done: USERS, total: USERS, failed: 0 });
      const outcomes = Object.values(task.result?.users ?? {});
      expect(outcomes.map(outcome => outcome.status)).toEqual(world.ids.map(() => 'done'));
      expect(
        await eventsSince(server, position, 2 + USERS * (kind.events.length + (kind.atCall?.length ?? 0))),
      ).toEqual(expectedEvents(kind, Object.keys(task.result?.users ?? {})));
      const messages = await server.chat.queryMessages({ cid: world.cid, limit: 100, include_deleted: true });
      const all = [...messages.messages];
      for (let next = messages.next; next; ) {
        const page = await server.chat.queryMessages({
          cid: world.cid,
          limit: 100,
          include_deleted: true,
          next,
        });
        all.push(...page.messages);
        next = page.next;
      }
      expect(all.length).toBe(USERS * kind.stored);
      expect(all.filter(message => message.deleted_at === undefined).length).toBe(USERS * kind.seen);
      if (kind.name === 'export') await expectWholeFile(task, world.ids);
    }
    console.log(`${kind.name}: ${hit} of ${ROUNDS * 2} kills hit the task at work`);
  });
});

/** A group channel in which every user has written; texts and ids differ from those of every other world. */
async function makeWorld(server: ServerClient, name: string): Promise<{ ids: string[]; cid: string }> {
  const ids = Array.from({ length: USERS }, (_, index) => `${name}-${String(index).padStart(2, '0')}`);
  await server.upsertUsers(ids.map(id => ({ id, name: `name of ${id}` })));
  const { channel } = await server.chat.createChannel({
    type: 'team',
    id: name,
    members: ids,
    user_id: 'host',
  });
  await Promise.all(
    ids.map(async user_id => {
      for (let number = 0; number < MESSAGES; number++) {
        await server.chat.sendMessage({ cid: channel.cid, user_id, text: `${user_id} says ${number}` });
      }
    }),
  );
  return { ids, cid: channel.cid };
}

async function done(server: ServerClient, { task_id }: { task_id: string }): Promise<Task> {
  const task = await server.waitForTask(task_id);
  expect(task).toMatchObject({ status: 'completed', progress: { failed: 0 } });
  return task;
}

async function eventsSince(server: ServerClient, lastEventId: string, count: number): Promise<string[]> {
  const listener = new EventCollector(server, { lastEventId });
  await listener.count(count);
  // One more than there should be would come at once: it is in the log already.
  await server.upsertUser({ id: 'host', mark: `${lastEventId}` });
  await listener.count(count + 1);
  await listener.stop();
  expect(listener.events.length).toBe(count + 1);
  return listener.names.slice(0, -1);
}

function expectedEvents(kind: Kind, users: string[]): string[] {
  const told = (types: string[] = []) => users.flatMap(id => types.map(type => `${type} ${id}`));
  const begin = kind.atCall ? [...told(kind.atCall), 'task.created'] : ['task.created'];
  return [...begin, ...told(kind.events), 'task.completed'];
}

async function expectWholeFile(task: Task, ids: string[]): Promise<void> {
  const response = await fetch(task.result?.export?.url ?? '');
  const lines = (await response.text()).trimEnd().split('\n');
  const records = lines.map(
    line => JSON.parse(line) as { user_id: string; kind: string; text?: string } & RollcallEvent,
  );
  for (const id of ids) {
    const own = records.filter(record => record.user_id === id);
    expect(own.filter(record => record.kind === 'user')).toHaveLength(1);
    const texts = own.filter(record => record.kind === 'message').map(record => record.text);
    expect(new Set(texts).size).toBe(MESSAGES);
    expect(texts).toHaveLength(MESSAGES);
  }
}
