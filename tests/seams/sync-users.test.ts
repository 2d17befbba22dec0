import {
  createServerClient,
  type ImportFailure,
  type JsonObject,
  type ServerClient,
  type SyncUsersOptions,
  type UpsertUserInput,
  type UserSource,
} from '@rollcall/client/server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EventCollector } from '../support/listeners/event-collector.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

let process: ServerProcess;
let server: ServerClient;
let team = '';
let teams = 0;

beforeAll(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
});

afterAll(async () => {
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});

/** The people of a team, `<team>-0` to `<team>-19`, who have stood in the directory since before the test. */
const people = (count = 20, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({ id: `${team}-${index}`, teams: [team], ...more }));
const without = (...gone: number[]) => people().filter((_, index) => !gone.includes(index));
const within = () => ({ teams: { $contains: team } });

beforeEach(async () => {
  teams += 1;
  team = `t${teams}`;
  await server.importUsers(people());
});

const sync = (users: UserSource<JsonObject>, options: Partial<SyncUsersOptions<JsonObject>>) =>
  server.syncUsers(users, { missing: 'deactivate', within: within(), ...options });

/** How everybody of the team stands, by number: those who are not active. */
async function inactive(): Promise<Record<string, string>> {
  const all = { include_deactivated_users: true, include_deleted_users: true, limit: 100 };
  const { users } = await server.queryUsers(within(), [], all);
  return Object.fromEntries(
    users.flatMap(({ id, deactivated_at, deleted_at }) => {
      const state = deleted_at ? 'deleted' : deactivated_at ? 'deactivated' : undefined;
      return state ? [[id.slice(team.length + 1), state]] : [];
    }),
  );
}

async function ended(taskIds: readonly string[]): Promise<void> {
  for (const id of taskIds) expect(await server.waitForTask(id)).toMatchObject({ status: 'completed' });
}

/** The names of the durable events about the team that the work causes. */
async function eventsOf(work: () => Promise<unknown>): Promise<string[]> {
  const { position } = await server.queryUsers({}, [], { limit: 1 });
  const events = new EventCollector(server, { lastEventId: position, types: undefined });
  await work();
  await server.upsertUser({ id: 'the-end', at: Date.now() });
  await expect.poll(() => events.names.some(name => name.endsWith(' the-end'))).toBe(true);
  await events.stop();
  return events.names.filter(name => name.startsWith('user.') && !name.endsWith(' the-end')).sort();
}

describe('a synchronisation', () => {
  it('imports, deactivates those who are missing, and does nothing when it is repeated', async () => {
    const source = () => [
      ...without(3, 7).map(user => (user.id === `${team}-0` ? { ...user, name: 'New' } : user)),
      { id: `${team}-new`, teams: [team] },
    ];
    const names = await eventsOf(async () => {
      const result = await sync(source(), {});
      expect(result).toMatchObject({ created: 1, updated: 1, unchanged: 17, failed: 0 });
      expect(result).toMatchObject({
        looked_at: 20,
        missing: 2,
        max_missing: 2,
        task_ids: [expect.any(String)],
      });
      await ended(result.task_ids);
    });
    expect(names).toEqual(
      [
        `user.created ${team}-new`,
        `user.deactivated ${team}-3`,
        `user.deactivated ${team}-7`,
        `user.updated ${team}-0`,
      ].sort(),
    );
    expect(await inactive()).toEqual({ 3: 'deactivated', 7: 'deactivated' });
    const again = await eventsOf(async () => {
      const result = await sync(source(), {});
      expect(result).toMatchObject({
        created: 0,
        updated: 0,
        unchanged: 19,
        looked_at: 19,
        missing: 0,
        task_ids: [],
      });
    });
    expect(again).toEqual([]);
  });

  it('deletes, and then counts those who are deactivated, too', async () => {
    await server.deactivateUser(`${team}-4`);
    const result = await sync(without(4, 5), { missing: 'delete' });
    expect(result).toMatchObject({ looked_at: 20, missing: 2 });
    await ended(result.task_ids);
    expect(await inactive()).toEqual({ 4: 'deleted', 5: 'deleted' });
  });

  it('keeps them, and then looks at nobody', async () => {
    const result = await sync(without(1, 2, 3), { missing: 'keep' });
    expect(result).toMatchObject({ unchanged: 17, looked_at: 0, missing: 0, task_ids: [] });
    expect(await inactive()).toEqual({});
  });

  it('touches nobody when more are missing than it may touch, and says how many', async () => {
    const call = sync(without(1, 2, 3), {});
    await expect(call).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      field: 'max_missing',
      message: expect.stringContaining(
        '3 of the 20 users who were looked at are not in the source, and at most 2',
      ),
    });
    expect(await inactive()).toEqual({});
    for (const max_missing of [2, '14.9%', 0, '0%'] as const) {
      await expect(sync(without(1, 2, 3), { max_missing })).rejects.toMatchObject({ field: 'max_missing' });
    }
    expect(await inactive()).toEqual({});
    await ended((await sync(without(1, 2, 3), { max_missing: '15%' })).task_ids);
    await ended((await sync(without(1, 2, 3, 4), { max_missing: 1 })).task_ids);
    expect(Object.keys(await inactive())).toEqual(['1', '2', '3', '4']);
  });

  it('in a dry run writes nothing, and counts what the real one then does', async () => {
    const source = [
      ...without(1, 2).map(user => ({ ...user, name: user.id })),
      { id: `${team}-x`, teams: [team] },
    ];
    let dry: object = {};
    const names = await eventsOf(async () => {
      dry = await sync(source, { dry_run: true });
    });
    expect(names).toEqual([]);
    expect(await inactive()).toEqual({});
    expect(dry).toMatchObject({
      created: 1,
      updated: 18,
      unchanged: 0,
      looked_at: 20,
      missing: 2,
      task_ids: [],
    });
    const real = await sync(source, {});
    expect(real).toEqual({ ...dry, task_ids: [expect.any(String)] });
    await ended(real.task_ids);
    // What would be refused is counted, too.
    const many = await sync(people(3), { dry_run: true });
    expect(many).toMatchObject({ looked_at: 19, missing: 18, max_missing: 1, task_ids: [] });
  });

  it('touches nobody when its source fails half-way, is empty, is cut off, or leaves out the ids', async () => {
    async function* broken() {
      yield* people(19);
      throw new Error('the connection to the source is lost');
    }
    await expect(sync(broken(), {})).rejects.toThrow('the connection to the source is lost');
    await expect(sync([], {})).rejects.toMatchObject({
      field: 'missing',
      message: expect.stringContaining('no users'),
    });
    const stop = new AbortController();
    async function* cut() {
      yield* people(19);
      stop.abort(new Error('enough'));
    }
    await expect(sync(cut(), { signal: stop.signal })).rejects.toThrow('enough');
    const failures: unknown[] = [];
    const onError = ({ index, error }: ImportFailure<UpsertUserInput>) =>
      void failures.push([index, error.field]);
    const nameless = [...people(19), { name: 'Nobody', teams: [team] } as never];
    await expect(sync(nameless, { onError })).rejects.toMatchObject({
      field: 'missing',
      message: expect.stringContaining('1 rows of the source have no id'),
    });
    expect(failures).toEqual([[19, 'id']]);
    await expect(sync([{ id: `${team}-0`, role: 'ghost' }], { max_missing: '100%' })).rejects.toMatchObject({
      code: 'ROLE_NOT_FOUND',
    });
    expect(await inactive()).toEqual({});
  });

  it('does not take those for missing whom the server refuses, and names those who are in the source twice', async () => {
    const failures: unknown[] = [];
    const onError = ({ index, error }: ImportFailure<UpsertUserInput>) =>
      void failures.push([index, error.field, error.message]);
    const source = [...without(9), { id: `${team}-9`, role: 'ghost', teams: [team] }, { id: `${team}-2` }];
    const result = await sync(source, { onError });
    expect(result).toMatchObject({ unchanged: 19, failed: 2, missing: 0 });
    expect(failures.sort()).toEqual([
      [19, 'role', 'role: there is no role "ghost"; create it with createRole first'],
      [20, 'id', `id: "${team}-2" is in the source already, at 2; a source names each user once`],
    ]);
    await expect(sync([...people(), { id: `${team}-2` }], {})).rejects.toMatchObject({
      index: 20,
      field: 'id',
    });
    expect(await inactive()).toEqual({});
  });

  it('touches nobody who has changed meanwhile: who came, moved away, or was deleted', async () => {
    async function* slow() {
      yield* without(1, 2, 3);
      await server.upsertUsers([
        { id: `${team}-late`, teams: [team] },
        { id: `${team}-1`, teams: ['other'] },
      ]);
      const { task_id } = await server.deleteUser(`${team}-2`);
      await ended([task_id]);
    }
    const result = await sync(slow(), { max_missing: 3 });
    expect(result).toMatchObject({ looked_at: 20, missing: 3 });
    await ended(result.task_ids);
    expect(await inactive()).toEqual({ 2: 'deleted', 3: 'deactivated' });
    expect((await server.queryUsers({ id: `${team}-1` })).users).toHaveLength(1);
  });

  it('touches nobody whom the system made', async () => {
    const hard = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    await server.chat.createChannel({ type: 'room', id: `${team}-room`, members: [], user_id: `${team}-0` });
    await ended([(await server.deleteUser(`${team}-0`, hard)).task_id]);
    const { users } = await server.queryUsers({ id: { $autocomplete: 'delete' } }, [], { limit: 100 });
    const left = users.filter(user => user.id.startsWith('delete-user-')).length;
    expect(left).toBeGreaterThan(0);
    const everybody: { id: string }[] = [];
    const all = { include_deactivated_users: true };
    for await (const { id } of server.queryUsersAll({}, [], all))
      if (!id.startsWith('delete-user-')) everybody.push({ id });
    const result = await server.syncUsers(everybody, { missing: 'delete', dry_run: true });
    expect(result).toMatchObject({ looked_at: everybody.length, missing: 0 });
  });

  it.each([
    [
      { missing: 'remove' },
      'missing',
      'missing: must be one of "keep", "deactivate", "delete", not "remove" (syncUsers)',
    ],
    [
      { missing: undefined },
      'missing',
      'missing: must be one of "keep", "deactivate", "delete", not undefined (syncUsers)',
    ],
    [
      { max_missing: 0.1 },
      'max_missing',
      'max_missing: must be a whole number of users, or a share such as "10%", not 0.1 (syncUsers)',
    ],
    [{ max_missing: '101%' }, 'max_missing'],
    [{ max_missing: -1 }, 'max_missing'],
    [{ max_missing: 'all' }, 'max_missing'],
    [{ within: { team: undefined } }, 'team'],
    [{ within: { teams: { $has: 'x' } } }, 'teams'],
  ])('refuses the options %j before it reads the source', async (options, field, message?: string) => {
    let read = 0;
    function* source() {
      read += 1;
      yield { id: 'x' };
    }
    const call = sync(source(), options as object);
    await expect(call).rejects.toMatchObject({ code: 'INPUT_INVALID', field, ...(message && { message }) });
    expect(read).toBe(0);
  });
});
