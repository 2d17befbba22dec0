import { afterEach, beforeEach, expect, it } from 'vitest';
import { createServerClient, type ServerClient } from '../src/server.js';
import { EXPORT_TASK, SmallServer, TASK_ID } from './small-server.js';

let server: SmallServer;
let client: ServerClient;

beforeEach(async () => {
  server = await SmallServer.start();
  client = createServerClient({ url: server.url, token: 'token' });
});

afterEach(async () => {
  await client.disconnect();
  await server.stop();
});

const by = { created_by_id: 'john' };
const ALL_HARD = { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' } as const;

it('calls the procedure of every step of the life cycle with its options', async () => {
  const hide = { mark_messages_deleted: true, ...by };
  const show = { restore_messages: true, ...by };
  const back = { restore_content: true, ...by };
  const modes = { ...ALL_HARD, new_channel_owner_id: 'john', ...by };
  const steps: [Promise<unknown>, path: string, input: unknown][] = [
    [client.deactivateUser('jane', hide), 'deactivate', { id: 'jane', ...hide }],
    [client.deactivateUsers(['jane'], hide), 'deactivateMany', { ids: ['jane'], ...hide }],
    [client.reactivateUser('jane', { name: 'J', ...show }), 'reactivate', { id: 'jane', name: 'J', ...show }],
    [client.reactivateUsers(['jane'], show), 'reactivateMany', { ids: ['jane'], ...show }],
    [client.deleteUser('jane'), 'deleteMany', { ids: ['jane'] }],
    [client.deleteUsers(['jane', 'jim'], modes), 'deleteMany', { ids: ['jane', 'jim'], ...modes }],
    [client.previewDeleteUsers(['jane'], modes), 'previewDelete', { ids: ['jane'], ...modes }],
    [client.restoreUsers(['jane'], back), 'restoreMany', { ids: ['jane'], ...back }],
    [client.exportUser('jane'), 'exportOne', { id: 'jane' }],
    [
      client.actOnUsers({ role: 'guest' }, { type: 'set', set: { book: 'dune' } }, { max: 3, ...by }),
      'act',
      {
        filter: { role: 'guest' },
        action: { type: 'set', set: { book: 'dune' } },
        options: { max: 3, ...by },
      },
    ],
    [
      client.previewActOnUsers({}, { type: 'delete', ...ALL_HARD }),
      'previewAct',
      { filter: {}, action: { type: 'delete', ...ALL_HARD } },
    ],
    [client.exportUsers(['jane'], by), 'exportMany', { ids: ['jane'], ...by }],
  ];
  await Promise.all(steps.map(([call]) => call));
  const wanted = steps.map(([, path, input]) => [`users.${path}`, input]);
  expect(server.calls).toHaveLength(wanted.length);
  expect(server.calls).toEqual(expect.arrayContaining(wanted));
});

it('returns the user, the task, the counts or the records', async () => {
  expect(await client.deactivateUser('jane')).toMatchObject({ id: 'jane' });
  expect(await client.deleteUser('jane', ALL_HARD)).toEqual({ task_id: TASK_ID });
  expect(await client.previewDeleteUsers(['jane'])).toEqual({ users: 1, products: {} });
  expect(await client.exportUser('jane')).toMatchObject({ user: { id: 'jane' }, records: {} });
});

it('makes the links to exports addresses, wherever a task comes from', async () => {
  const { task_id, result } = EXPORT_TASK;
  const url = `${server.url}${result?.export?.url}`;
  const linked = { ...EXPORT_TASK, result: { ...result, export: { ...result?.export, url } } };
  expect(await client.getTask(task_id)).toEqual(linked);
  expect(await client.listTasks()).toEqual({ tasks: [linked], next: 'more' });
  expect(await client.cancelTask(task_id)).toEqual(linked);
  expect(await client.waitForTask(task_id)).toEqual(linked);
});

it('sends no action that cannot be meant', async () => {
  const cases: [filter: unknown, action: unknown, options: unknown, field: string][] = [
    [undefined, { type: 'export' }, { max: 1 }, 'filter'],
    [{ role: undefined }, { type: 'export' }, { max: 1 }, 'role'],
    [{}, { type: 'explode' }, { max: 1 }, 'type'],
    [{}, { type: 'export', shadow: true }, { max: 1 }, 'shadow'],
    [{}, { type: 'ban', timeout: 'long' }, { max: 1 }, 'timeout'],
    [{}, { type: 'ban' }, { expected: 7 }, 'expected'],
    [{}, { type: 'ban' }, undefined, 'options'],
  ];
  for (const [filter, action, options, field] of cases) {
    const call = client.actOnUsers(
      filter as { role: string },
      action as { type: 'export' },
      options as { max: number },
    );
    await expect(call, JSON.stringify(action)).rejects.toMatchObject({ code: 'INPUT_INVALID', field });
  }
  expect(server.calls).toEqual([]);
});
