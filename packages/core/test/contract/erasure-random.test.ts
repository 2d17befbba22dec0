/** A random life among people whose ids are also names of fields, of events, reserved words and names of prototypes. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { banUserSchema, deleteUsersSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryEngine, RUNS_WHOLE } from '@rollcall/testing';
import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { Blocks } from '../../src/blocks/blocks.js';
import { Moderation } from '../../src/moderation/moderation.js';
import { tombstoneOf } from '../../src/users/tombstones.js';
import { LifeCycleFixture } from '../support/life-cycle/life-cycle-fixture.js';
import { type Dump, rowsWith, type StoredRow } from '../support/life-cycle/stored-data.js';
import { SERVER } from '../support/test-directory.js';

const BACK_END = { kind: 'server' } as const;
const HARD = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;
const RIGHTS = { fields: 'server', authorise: () => undefined } as const;
const PEOPLE = ['user', 'user_ids', 'changes', 'task', 'id', 'actor', 'type', 'channel', 'banned_by_id'];
const WORDS = [
  'admin',
  'red',
  'dune',
  'system',
  'server',
  'hard',
  'null',
  'true',
  'user-created',
  'target_id',
];
const PROTOTYPES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
const IDS = [...PEOPLE, ...WORDS, ...PROTOTYPES];
/** Ids of the system, which nobody may take. */
const RESERVED = [...PEOPLE, 'admin'].map(tombstoneOf);

const KINDS = [
  ...['upsert', 'update', 'update', 'block', 'block', 'unblock', 'ban', 'channel', 'message', 'call'],
  ...['activity', 'deactivate', 'reactivate', 'soft', 'restore', 'pruning', 'erase', 'erase', 'erase-both'],
] as const;
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    who: fc.constantFrom(...IDS, ...RESERVED.slice(0, 2)),
    whom: fc.constantFrom(...IDS),
  }),
  { minLength: 25, maxLength: 40 },
);
type Step = { kind: string; who: string; whom: string };

/** What a call that the state does not allow may say. Anything else is a fault. */
const REFUSED = [
  'NOT_FOUND',
  'USER_DELETED',
  'USER_NOT_FOUND',
  'USER_DEACTIVATED',
  'INPUT_INVALID',
  'NOT_ALLOWED',
  'USER_BANNED',
];

describeOnEveryEngine('a random life with erasures', engine => {
  let fixture: LifeCycleFixture | undefined;
  afterEach(() => fixture?.close());

  it(
    'changes nothing of others, ends every erasure, and leaves nothing of the erased',
    async () => {
      const seed = Number(process.env.ROLLCALL_TEST_SEED ?? Date.now() % 1_000_000);
      let erasures = 0;
      await fc.assert(
        fc.asyncProperty(steps, async program => {
          await fixture?.close();
          const url = await engine.migratedUrl();
          fixture = await LifeCycleFixture.open(engine, url);
          erasures += await live(fixture, program);
          await fixture.database.unitOfWork.scrub();
          const files = await filesOf(url);
          for (const id of await goneIds(fixture)) {
            for (const [name, bytes] of files)
              expect(bytes.includes(markOf(id)), `${id} in ${name}`).toBe(false);
          }
        }),
        { seed, numRuns: RUNS_WHOLE ? 25 : 3, endOnFailure: true },
      );
      expect(erasures).toBeGreaterThan(0);
    },
    RUNS_WHOLE ? 600_000 : 120_000,
  );
});

/** Lives a program. @returns how many users were erased. */
async function live(fixture: LifeCycleFixture, program: readonly Step[]): Promise<number> {
  await fixture.users.upsert(SERVER, IDS.map(person));
  let erasures = 0;
  for (const [index, step] of program.entries()) {
    if (step.kind === 'erase') erasures += await eraseAndCompare(fixture, [step.who]);
    else if (step.kind === 'erase-both') erasures += await eraseAndCompare(fixture, [step.who, step.whom]);
    else await attempt(() => act(fixture, step, index));
  }
  return erasures;
}

/** A person whose values are the ids of others, and who bears a mark of its own. */
function person(id: string) {
  const custom = {
    book: 'dune',
    user: 'user',
    list: ['red', id],
    nested: { user_ids: ['user'], hard: 'hard' },
  };
  return { id, name: markOf(id), role: 'user', teams: ['red'], teams_role: { red: 'admin' }, custom };
}

function markOf(id: string): string {
  return `Mark ${IDS.indexOf(id)} of 999`;
}

async function attempt(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!REFUSED.includes((error as { code?: string }).code ?? '')) throw error;
  }
}

async function act(fixture: LifeCycleFixture, { kind, who, whom }: Step, index: number): Promise<unknown> {
  const { users, chat, video, feeds, lifeCycle } = fixture;
  const { unitOfWork } = fixture.database;
  const actor = { type: 'user', id: who } as const;
  const cid = `team:c${index % 5}`;
  const ended = async (task: Promise<string>) => fixture.ended(await task);
  switch (kind) {
    case 'upsert':
      return users.upsert(actor, [person(who)]);
    case 'update':
      return users.partialUpdate(
        actor,
        [{ id: whom, set: { 'nested.red': 'admin', [`n${index % 7}`]: 'user' } }],
        RIGHTS,
      );
    case 'block':
      return new Blocks(unitOfWork).block(actor, BACK_END, { userId: who, id: whom });
    case 'unblock':
      return new Blocks(unitOfWork).unblock(actor, { userId: who, id: whom });
    case 'ban':
      return new Moderation(unitOfWork).ban(
        actor,
        BACK_END,
        banUserSchema.parse({ id: whom, banned_by_id: who }),
      );
    case 'channel':
      return index % 2
        ? chat.createChannel({ viewer: BACK_END, type: 'messaging', userId: who, members: [whom] })
        : chat.createChannel({
            viewer: BACK_END,
            type: 'team',
            id: cid.slice(5),
            userId: who,
            members: [whom],
          });
    case 'message':
      return chat.sendMessage({ userId: who, cid, text: markOf(who) });
    case 'call':
      return video.createCall(BACK_END, {
        type: 'audio',
        id: `k${index}`,
        members: [whom],
        custom: {},
        user_id: who,
      });
    case 'activity':
      return feeds.product && fixture.addActivities(who, 1);
    case 'deactivate':
      return ended(lifeCycle.deactivateUsers(actor, [who], true));
    case 'reactivate':
      return ended(lifeCycle.reactivateUsers(actor, [who], true));
    case 'restore':
      return ended(lifeCycle.restoreUsers(actor, [who], true));
    default:
      return ended(
        lifeCycle.deleteUsers(actor, deleteUsersSchema.parse({ ids: [who], user: kind, messages: 'soft' })),
      );
  }
}

/** Erases those users who are there, and compares all that is stored about others. @returns how many were erased. */
async function eraseAndCompare(fixture: LifeCycleFixture, asked: readonly string[]): Promise<number> {
  const before = await fixture.dump();
  const ids = [...new Set(asked)].filter(id => Object.hasOwn(before.users ?? {}, id));
  if (ids.length === 0) return 0;
  const texts = await textsOf(fixture);
  const task = await fixture.ended(
    await fixture.lifeCycle.deleteUsers(SERVER, deleteUsersSchema.parse({ ids, ...HARD })),
  );
  const progress = { done: ids.length, total: ids.length, failed: 0 };
  expect(task).toMatchObject({ status: 'completed', progress });
  const after = await fixture.dump();
  for (const id of ids) expect(rowsWith(after, markOf(id))).toEqual([]);
  for (const [other, row] of Object.entries(before.users ?? {})) {
    if (ids.includes(other)) continue;
    const blocked = (row.blocked_user_ids as string[]).filter(one => !ids.includes(one));
    expect(after.users?.[other]).toEqual({ ...row, blocked_user_ids: blocked });
  }
  const now = await textsOf(fixture);
  for (const [seq, row] of texts) {
    if (ids.includes(String(row.user_id))) continue;
    expect(now.get(seq), `event ${seq}`).toEqual(ids.reduce(eventAfter, row));
  }
  for (const id of ids) expectNoIdLeft(after, id);
  return ids.length;
}

/** The log as it is stored, byte for byte. */
async function textsOf(fixture: LifeCycleFixture): Promise<Map<number, StoredRow>> {
  const rows = await fixture.run('SELECT seq, type, at, actor_type, actor_id, user_id, data FROM events');
  return new Map(rows.map(row => [Number(row.seq), { ...row, seq: Number(row.seq), at: Number(row.at) }]));
}

/** An event about somebody else, after the erasure: written from docs/contract/events.md, by hand. */
function eventAfter(row: StoredRow, id: string): StoredRow {
  const tombstone = tombstoneOf(id);
  const rename = (one: unknown) => (one === id ? tombstone : one);
  const data = JSON.parse(String(row.data)) as Record<string, never>;
  const { user, changes, user_ids, channel } = data as {
    user?: Record<string, unknown>;
    changes?: Record<string, Record<string, unknown[]>>;
    user_ids?: unknown[];
    channel?: Record<string, unknown>;
  };
  if (user?.blocked_user_ids) user.blocked_user_ids = (user.blocked_user_ids as unknown[]).map(rename);
  const blocked = changes?.blocked_user_ids;
  for (const side of ['before', 'after']) if (blocked?.[side]) blocked[side] = blocked[side].map(rename);
  if (user_ids) Object.assign(data, { user_ids: user_ids.map(rename) });
  if (channel?.owner_id) channel.owner_id = rename(channel.owner_id);
  for (const name of ['target_id', 'banned_by_id'])
    if (data[name]) Object.assign(data, { [name]: rename(data[name]) });
  return { ...row, actor_id: rename(row.actor_id), data: JSON.stringify(data) };
}

/** Every column that holds the id of a user, and no other, is free of it. */
function expectNoIdLeft(dump: Dump, id: string): void {
  const held = Object.entries(dump).flatMap(([table, rows]) =>
    Object.values(rows).flatMap(row =>
      Object.entries(row)
        .filter(([column, value]) => /(^|_)(user|actor|owner|heir|by)_id$/.test(column) && value === id)
        .map(([column]) => `${table}.${column}`),
    ),
  );
  expect(held).toEqual([]);
  const lists = Object.values(dump.users ?? {}).flatMap(row => row.blocked_user_ids as string[]);
  expect(lists).not.toContain(id);
}

async function goneIds(fixture: LifeCycleFixture): Promise<string[]> {
  const { users = {}, tombstones = {} } = await fixture.dump();
  return IDS.filter(id => !Object.hasOwn(users, id) && tombstones[tombstoneOf(id)]);
}

/** The files of an embedded database. PostgreSQL's are its vacuum's business (docs/contract/life-cycle.md). */
async function filesOf(url: string): Promise<[string, Buffer][]> {
  if (url.startsWith('postgres')) return [];
  const path = url.includes('://')
    ? fileURLToPath(url.replace(/^[^:]+:/, 'file:'))
    : url.replace(/^[^:]+:/, '');
  const names = (await readdir(dirname(path))).filter(name => name.startsWith(basename(path)));
  expect(names.length).toBeGreaterThan(0);
  return Promise.all(
    names.map(async (name): Promise<[string, Buffer]> => [name, await readFile(join(dirname(path), name))]),
  );
}
