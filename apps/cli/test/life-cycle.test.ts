import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { RunningServer } from '@rollcall/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rollcall, SECRET, start, startTestServer } from './harness.js';

let server: RunningServer;
let client: ServerClient;
let directory: string;

beforeAll(async () => {
  server = await startTestServer();
  client = createServerClient({ url: server.url, secret: SECRET });
});
afterAll(async () => {
  await client.disconnect();
  await server.close();
});
beforeEach(async () => {
  directory = await temporaryFolder();
});

const command = (...args: string[]) => rollcall(['users', ...args], { server, directory });

const activity = (actor: string, number: number) =>
  client.feeds.addActivity({ user_id: actor, verb: 'post', object: `thing:${number}` });

/** Users with two activities each. */
async function makeUsers(...ids: string[]): Promise<void> {
  await client.upsertUsers(ids.map(id => ({ id, name: id.toUpperCase() })));
  for (const id of ids) for (const number of [1, 2]) await activity(id, number);
}

async function stateOf(id: string): Promise<'there' | 'deactivated' | 'deleted' | 'gone'> {
  const options = { include_deactivated_users: true, include_deleted_users: true };
  const [user] = (await client.queryUsers({ id }, [], options)).users;
  if (!user) return 'gone';
  if (user.deleted_at !== undefined) return 'deleted';
  return user.deactivated_at === undefined ? 'there' : 'deactivated';
}

const NOTHING = { unchanged: 0, superseded: 0, failed: 0 };

describe('rollcall users delete', () => {
  it('marks the users as deleted, and prints the task that does the rest', async () => {
    await makeUsers('soft-1');
    const { exitCode, json } = await command('delete', 'soft-1');
    const [{ task_id = '' } = {}] = json() as { task_id?: string }[];
    expect(exitCode).toBe(0);
    expect(await stateOf('soft-1')).toBe('deleted');
    expect(await client.waitForTask(task_id)).toMatchObject({
      type: 'users.delete',
      status: 'completed',
      result: { users: { 'soft-1': { status: 'done' } } },
    });
  });

  it('waits when asked to, and adds up the results for the users and their content', async () => {
    await makeUsers('hard-1', 'hard-2', 'new-owner');
    const modes = ['--user', 'hard', '--messages', 'hard', '--conversations', 'hard', '--calls', 'hard'];
    const who = ['hard-1', 'hard-2', '--new-channel-owner', 'new-owner', '--created-by', 'new-owner'];
    const { exitCode, json, err } = await command('delete', ...who, ...modes, '--wait');
    expect(err).not.toContain('error');
    expect(json()).toMatchObject([
      { type: 'users.delete', status: 'completed', progress: { done: 2, total: 2, failed: 0 } },
      { type: 'summary', done: 2, ...NOTHING, products: { feeds: { activities: 4 } } },
    ]);
    expect(exitCode).toBe(0);
    expect([await stateOf('hard-1'), await stateOf('hard-2')]).toEqual(['gone', 'gone']);

    const again = await command('delete', 'hard-1', ...modes, '--wait');
    expect(again.json()[1]).toMatchObject({ type: 'summary', ...NOTHING, done: 0, unchanged: 1 });
  });

  it('counts what would be deleted, and changes nothing, with --dry-run', async () => {
    await makeUsers('dry-1', 'dry-2');
    const args = ['delete', 'dry-1', 'dry-2', '--messages', 'hard', '--dry-run'];
    const { exitCode, json } = await command(...args);
    expect(json()).toMatchObject([{ type: 'preview', users: 2, products: { feeds: { activities: 4 } } }]);
    expect(exitCode).toBe(0);
    expect([await stateOf('dry-1'), await stateOf('dry-2')]).toEqual(['there', 'there']);
    const { out } = await rollcall(['users', ...args], { server, terminal: true });
    expect(out).toMatch(/^2 of 2 users would be deleted\n.* {2}feeds: 4 activities\n$/s);
  });

  it('takes ids from a file, more than one call accepts, and adds up the counts', async () => {
    const ids = Array.from({ length: 130 }, (_, number) => `many-${String(number).padStart(3, '0')}`);
    for (const part of [ids.slice(0, 100), ids.slice(100)]) {
      await client.upsertUsers(part.map(id => ({ id })));
    }
    for (const id of ['many-000', 'many-129']) await activity(id, 1);
    await writeFile(join(directory, 'ids.txt'), `\uFEFF${ids.join('\r\n')}\n\n  many-000 \n`);
    const named = ['delete', '--ids-from', 'ids.txt', '--messages', 'soft'];
    expect((await command(...named, '--dry-run')).json()).toMatchObject([
      { users: 130, products: { feeds: { activities: 2 } } },
    ]);
    const { exitCode, json } = await command(...named, '--wait');
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject([
      { status: 'completed', progress: { total: 100 } },
      { status: 'completed', progress: { total: 30 } },
      { type: 'summary', done: 130, ...NOTHING, products: { feeds: { activities: 2 } } },
    ]);
  });

  it('tells a person in words what happened', async () => {
    await makeUsers('worded');
    const args = ['users', 'delete', 'worded', '--messages', 'soft', '--wait'];
    const { out } = await rollcall(args, { server, terminal: true });
    expect(out).toMatch(/users\.delete {2}completed: 1 of 1 user, 0 failed\n1 user changed\n/);
    expect(out).toContain('\n  feeds: 2 activities\n');
  });

  it.each([
    [['delete'], 'no user is named'],
    [['delete', 'ann', '--user', 'gone'], 'Allowed choices are soft, pruning, hard'],
    [['delete', 'ann', '--conversations', 'pruning'], 'Allowed choices are soft, hard'],
    [['delete', 'ann', '--user', 'hard'], 'INPUT_INVALID messages: user "hard" requires messages "hard"'],
    [['delete', 'nobody-1'], 'USER_NOT_FOUND'],
    [['delete', 'nobody-1', '--dry-run'], 'USER_NOT_FOUND'],
    [['deactivate', '--ids-from', 'nowhere.txt'], 'there is no file nowhere.txt'],
    [['restore', '--ids-from', '-'], 'there is no id in standard input'],
  ])('refuses %j', async (args, reason) => {
    const { exitCode, err, out } = await command(...args);
    expect(err).toContain(reason);
    expect([exitCode, out]).toEqual([2, '']);
  });

  it('prints what was done before an error ended it', async () => {
    const ids = Array.from({ length: 100 }, (_, number) => `before-${number}`);
    await client.upsertUsers(ids.map(id => ({ id })));
    const stdin = `${ids.join('\n')}\nnobody-2`;
    const options = { server, stdin };
    const { exitCode, json, err } = await rollcall(
      ['users', 'deactivate', '--ids-from', '-', '--wait'],
      options,
    );
    expect(exitCode).toBe(2);
    expect(json()[1]).toMatchObject({ type: 'summary', done: 100 });
    expect(err).toMatch(/error: USER_NOT_FOUND .*nobody-2.* user 1 of the batch\)\n$/);
  });
});

describe('rollcall users deactivate, reactivate and restore', () => {
  it('hide and show the messages of users only when asked to', async () => {
    await makeUsers('hidden', 'shown');
    const counts = { feeds: { activities: 2 } };
    const hidden = await command('deactivate', 'hidden', '--mark-messages-deleted', '--wait');
    expect(hidden.json()[1]).toMatchObject({ done: 1, ...NOTHING, products: counts });
    const shown = await command('deactivate', 'shown', '--wait');
    expect(shown.json()[1]).toEqual({ type: 'summary', done: 1, ...NOTHING, products: {} });
    const back = await command('reactivate', 'hidden', 'shown', '--restore-messages', '--wait');
    expect(back.json()[1]).toMatchObject({ done: 2, ...NOTHING, products: counts });
  });

  it('restore soft-deleted users, and their content only when asked to', async () => {
    await makeUsers('back-1', 'back-2');
    await command('delete', 'back-1', 'back-2', '--messages', 'soft', '--wait');
    const alone = await command('restore', 'back-1', '--wait');
    expect([alone.exitCode, alone.json()[1]]).toEqual([
      0,
      { type: 'summary', done: 1, ...NOTHING, products: {} },
    ]);
    const whole = await command('restore', 'back-2', '--restore-content', '--wait');
    expect(whole.json()[1]).toMatchObject({ done: 1, products: { feeds: { activities: 2 } } });
    expect([await stateOf('back-1'), await stateOf('back-2')]).toEqual(['there', 'there']);
  });

  it('end with 1 when some users could not be changed', async () => {
    await client.updateAppSettings({ enforce_unique_usernames: 'app' });
    await client.upsertUser({ id: 'first', name: 'Twin' });
    await client.deactivateUser('first');
    await client.upsertUsers([{ id: 'other' }]);
    await client.deleteUser('first');
    await client.upsertUser({ id: 'second', name: 'Twin' });
    const { exitCode, json } = await command('restore', 'first', '--wait');
    await client.updateAppSettings({ enforce_unique_usernames: 'no' });
    expect(exitCode).toBe(1);
    expect(json()).toMatchObject([
      { progress: { failed: 1 }, result: { users: { first: { error: { code: 'USERNAME_TAKEN' } } } } },
      { type: 'summary', done: 0, failed: 1 },
    ]);
  });
});

describe('rollcall users export', () => {
  const linesOf = (text: string) =>
    text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as { user_id: string; kind: string });

  it('writes everything about users to standard output', async () => {
    await makeUsers('out-1');
    const { exitCode, out } = await command('export', 'out-1');
    expect(exitCode).toBe(0);
    const lines = linesOf(out);
    expect(lines[0]).toMatchObject({ user_id: 'out-1', kind: 'user', name: 'OUT-1' });
    expect(new Set(lines.map(line => line.user_id))).toEqual(new Set(['out-1']));
    expect(lines.filter(line => line.kind === 'activity')).toHaveLength(2);
  });

  it('writes any number of users to one file, in the order of the ids, complete or not at all', async () => {
    const ids = Array.from({ length: 60 }, (_, number) => `exp-${(number * 7) % 60}`);
    await client.upsertUsers(ids.map(id => ({ id })));
    await writeFile(join(directory, 'ids.txt'), ids.join('\n'));
    const { exitCode, json } = await command('export', '--ids-from', 'ids.txt', '--output', 'out.ndjson');
    const text = await readFile(join(directory, 'out.ndjson'), 'utf8');
    expect(json()).toEqual([
      { type: 'summary', done: 60, failed: 0, bytes: Buffer.byteLength(text), file: 'out.ndjson' },
    ]);
    expect(exitCode).toBe(0);
    const users = linesOf(text).filter(line => line.kind === 'user');
    expect(users.map(line => line.user_id)).toEqual(ids);
  });

  it('leaves no file behind when an error ends it', async () => {
    await makeUsers('exp-x');
    const { exitCode, err } = await command('export', 'exp-x', 'nobody', '--output', 'out.ndjson');
    expect([exitCode, err]).toEqual([2, expect.stringMatching(/^error: USER_NOT_FOUND /)]);
    expect(await readdir(directory)).toEqual([]);
  });

  it('leaves no file behind when it is interrupted, and ends with 2', async () => {
    await makeUsers('exp-y');
    const running = start(['users', 'export', 'exp-y', '--output', 'out.ndjson'], { server, directory });
    running.interrupt();
    expect(await running.exitCode).toBe(2);
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('rollcall users act', () => {
  const filter = JSON.stringify({ id: { $in: ['act-1', 'act-2'] } });
  const deactivation = JSON.stringify({ type: 'deactivate' });

  it('changes nothing by itself, and prints whom it would concern', async () => {
    await makeUsers('act-1', 'act-2');
    const { exitCode, json } = await command('act', deactivation, '--filter', filter);
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject([{ type: 'preview', count: 2, more: false }]);
    expect(await stateOf('act-1')).toBe('there');
  });

  it('does it to as many as are expected, and to nobody when there are not as many', async () => {
    const act = (count: string) =>
      command('act', deactivation, '--filter', filter, '--expect', count, '--wait');
    const refused = await act('3');
    expect(refused.exitCode).not.toBe(0);
    expect(await stateOf('act-1')).toBe('there');
    const { exitCode, json } = await act('2');
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject([
      { type: 'users.act', status: 'completed', result: { counts: { done: 2 } } },
    ]);
    expect(await stateOf('act-2')).toBe('deactivated');
  });
});
