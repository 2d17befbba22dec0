import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningServer } from '@rollcall/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollcall, SECRET, start, startTestServer } from './harness.js';

let server: RunningServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

const command = (...args: string[]) => rollcall(args, { server });

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('rollcall users', () => {
  it('upserts, updates, gets and queries', async () => {
    const upserted = await command(
      'users',
      'upsert',
      '[{"id":"ann","role":"admin","age":40},{"id":"bea","age":20}]',
    );
    expect(upserted.exitCode).toBe(0);
    expect(upserted.json()).toMatchObject([{ id: 'ann', role: 'admin', custom: { age: 40 } }, { id: 'bea' }]);

    const updated = await command(
      'users',
      'update',
      'bea',
      '--set',
      'age=21',
      'name=Bea B',
      '--unset',
      'image',
    );
    expect(updated.json()).toMatchObject([{ id: 'bea', name: 'Bea B', custom: { age: 21 } }]);

    expect((await command('users', 'get', 'bea', 'ann', 'bea')).json().map(user => user.id)).toEqual([
      'bea',
      'ann',
    ]);
    const queried = await command('users', 'query', '--filter', '{"age":{"$gt":1}}', '--sort', 'age:asc');
    expect(queried.json().map(user => user.id)).toEqual(['bea', 'ann']);
    expect((await command('users', 'query', '--sort', 'id', '--limit', '1')).json()).toMatchObject([
      { id: 'ann' },
    ]);
  });

  it('prints the history of a user, newest first, up to the limit', async () => {
    await command('users', 'upsert', '{"id":"renamed"}');
    await command('users', 'upsert', '{"id":"renamed","name":"Renamed"}');
    const { exitCode, json } = await command('users', 'history', 'renamed');
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject([
      { type: 'user.updated', actor: { type: 'server' }, changes: { name: { after: 'Renamed' } } },
      { type: 'user.created', user: { id: 'renamed' } },
    ]);
    expect((await command('users', 'history', 'renamed', '--limit', '1')).json()).toHaveLength(1);
    const { out } = await rollcall(['users', 'history', 'renamed', '--by'], { server, terminal: true });
    expect(out.split('\n')[0]).toMatch(
      /^20\S+ {2}user\.updated {2}renamed "Renamed" {2}changed: name {2}by the server$/,
    );
    expect((await command('users', 'history', 'no-such-user')).err).toMatch(/^error: USER_NOT_FOUND /);
  });

  it('counts users, no further than it is asked', async () => {
    await command(
      'users',
      'upsert',
      '[{"id":"c-1","tag":"c"},{"id":"c-2","tag":"c"},{"id":"c-3","tag":"c"}]',
    );
    const filter = ['--filter', '{"tag":"c"}'];
    expect((await command('users', 'count', ...filter)).json()).toEqual([{ count: 3, more: false }]);
    expect((await command('users', 'count', ...filter, '--up-to', '2')).json()).toEqual([
      { count: 2, more: true },
    ]);
    const shown = (...more: string[]) =>
      rollcall(['users', 'count', ...filter, ...more], { server, terminal: true });
    expect((await shown()).out).toBe('3\n');
    expect((await shown('--up-to', '2')).out).toBe('2+\n');
    expect((await command('users', 'count', '--up-to', '0')).exitCode).toBe(2);
  });

  it('reads the users to upsert from standard input', async () => {
    const { exitCode } = await rollcall(['users', 'upsert', '-'], { server, stdin: '{"id":"from-stdin"}' });
    expect(exitCode).toBe(0);
  });

  it('prints a table for a person', async () => {
    await command('users', 'upsert', '[{"id":"wide","name":"佐々木"},{"id":"tall","name":"Jo"}]');
    const options = { server, terminal: true };
    const { out } = await rollcall(
      ['users', 'query', '--filter', '{"id":{"$in":["wide","tall"]}}', '--sort', 'id'],
      options,
    );
    expect(out.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^ID {4}NAME {4}ROLE {2}TEAMS {2}STATE {4}UPDATED$/),
      expect.stringMatching(/^tall {2}Jo {6}user {9}offline {2}20/),
      expect.stringMatching(/^wide {2}佐々木 {2}user {9}offline {2}20/),
    ]);
  });

  it('prints the users that exist, and names those that do not', async () => {
    await command('users', 'upsert', '{"id":"here"}');
    const { exitCode, err, json } = await command('users', 'get', 'here', 'nobody');
    expect([exitCode, err]).toEqual([2, 'error: USER_NOT_FOUND there is no user nobody\n']);
    expect(json()).toMatchObject([{ id: 'here' }]);
  });

  it('ends with the error of the server on one line', async () => {
    const { exitCode, err, out } = await command('users', 'upsert', '[{"id":"ok"},{"id":"x","name":5}]');
    expect(exitCode).toBe(2);
    expect(err).toMatch(/^error: INPUT_INVALID name: .* \(user 2 of the batch\)\n$/);
    expect(out).toBe('');
  });

  it('deactivates and reactivates as tasks, and waits for them when asked to', async () => {
    await command('users', 'upsert', '[{"id":"leaver-1"},{"id":"leaver-2"}]');
    const waited = await command('users', 'deactivate', 'leaver-1', 'leaver-2', '--wait');
    expect(waited.exitCode).toBe(0);
    expect(waited.json()).toMatchObject([
      { status: 'completed', progress: { done: 2, failed: 0 } },
      { type: 'summary', done: 2, unchanged: 0, failed: 0 },
    ]);
    expect((await command('users', 'get', 'leaver-1')).json()[0]).toHaveProperty('deactivated_at');

    const started = await command('users', 'reactivate', 'leaver-1', 'leaver-2');
    const [{ task_id: id = '' } = {}] = started.json() as { task_id?: string }[];
    expect((await command('tasks', 'watch', id)).json()).toMatchObject([
      { task_id: id, status: 'completed' },
    ]);
    expect((await command('tasks', 'get', id)).json()).toMatchObject([
      { task_id: id, type: 'users.reactivate' },
    ]);
    const listed = await command('tasks', 'list', '--type', 'users.reactivate');
    expect(listed.json().map(task => task.task_id)).toContain(id);
    expect((await command('tasks', 'cancel', id)).json()).toMatchObject([{ status: 'completed' }]);
    expect((await command('users', 'get', 'leaver-1')).json()[0]).not.toHaveProperty('deactivated_at');
  });
});

describe('rollcall export', () => {
  it('writes all users, also deactivated ones, in the order of their ids; importing them changes nothing', async () => {
    await using other = await startTestServer();
    const directory = await temporaryFolder();
    const users = Array.from({ length: 230 }, (_, n) => ({
      id: `u${String(n).padStart(3, '0')}`,
      plan: 'free',
    }));
    const stdin = users.map(user => `${JSON.stringify(user)}\n`).join('');
    await rollcall(['import', '-'], { server: other, stdin });
    await rollcall(['users', 'deactivate', 'u007', '--wait'], { server: other });

    const exported = await rollcall(['export', 'all.ndjson'], { server: other, directory });
    expect(exported.exitCode).toBe(0);
    expect(exported.json()).toEqual([{ type: 'summary', done: 230, file: 'all.ndjson' }]);
    const text = await readFile(join(directory, 'all.ndjson'), 'utf8');
    const ids = text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).id);
    expect(ids).toEqual(users.map(user => user.id));

    const watching = start(['watch', '--json'], { server: other });
    await watching.until('watching');
    await rollcall(['import', 'all.ndjson'], { server: other, directory });
    await rollcall(['users', 'upsert', '{"id":"last"}'], { server: other });
    await watching.until('"id":"last"');
    watching.interrupt();
    expect(await watching.exitCode).toBe(0);
    expect(watching.json().map(event => event.type)).toEqual(['user.created']);
  });

  it('writes the users that match a filter to standard output', async () => {
    await command('users', 'upsert', '[{"id":"exp-1","x":"find-me"},{"id":"exp-2"}]');
    const { out } = await command('export', '--filter', '{"x":"find-me"}');
    expect(
      out
        .trim()
        .split('\n')
        .map(line => JSON.parse(line).id),
    ).toEqual(['exp-1']);
  });
});

describe('rollcall token', () => {
  it('signs tokens that the server accepts', async () => {
    const { out: serverToken } = await command('token', '--server', '--expires-in', '1h');
    const claims = claimsOf(serverToken);
    expect(claims).toMatchObject({ server: true, exp: claims.iat + 3600 });
    const env = { ROLLCALL_URL: server.url };
    expect((await rollcall(['users', 'query', '--token', serverToken.trim()], { env })).exitCode).toBe(0);

    await command('users', 'upsert', '{"id":"tokened"}');
    const { out: userToken } = await command('token', '--user', 'tokened');
    const { iat } = claimsOf(userToken);
    expect(claimsOf(userToken)).toEqual({ user_id: 'tokened', iat, exp: iat + 86_400 });
    const asUser = { env: { ...env, ROLLCALL_TOKEN: userToken.trim() } };
    expect((await rollcall(['users', 'get', 'tokened'], asUser)).exitCode).toBe(0);
    expect((await rollcall(['users', 'upsert', '{"id":"x"}'], asUser)).err).toMatch(/^error: NOT_ALLOWED /);
  });

  it('signs server tokens that may only read', async () => {
    const { out } = await command('token', '--server', '--read-only', '--expires-in', '8h');
    const claims = claimsOf(out);
    expect(claims).toEqual({ server: true, read_only: true, iat: claims.iat, exp: claims.iat + 8 * 3600 });
    const asReader = { env: { ROLLCALL_URL: server.url, ROLLCALL_TOKEN: out.trim() } };
    expect((await rollcall(['users', 'query'], asReader)).exitCode).toBe(0);
    const refused = await rollcall(['users', 'upsert', '{"id":"by-a-reader"}'], asReader);
    expect(refused.err).toMatch(
      /^error: NOT_ALLOWED users\.upsert changes something, and this server token may only read/,
    );
  });

  it('says when a token expires, which is in a day unless another time is given', async () => {
    const { out, err } = await command('token', '--server');
    const expires = new Date(claimsOf(out).exp * 1000).toISOString();
    expect(err).toBe(`note: the token expires at ${expires}; --expires-in sets another time\n`);
    const never = await command('token', '--server', '--expires-in', 'never');
    expect(claimsOf(never.out)).toEqual({ server: true, iat: expect.any(Number) });
    expect(never.err).toBe('note: the token does not expire; "rollcall revoke" ends it\n');
  });

  it.each([
    [[], 'either --user <id> or --server'],
    [['--user', 'a', '--server'], 'either --user <id> or --server'],
    [['--user', 'a', '--read-only'], '--read-only is for server tokens'],
    [['--read-only'], '--read-only is for server tokens'],
    [['--user', 'not an id'], 'a user id is'],
    [['--server', '--expires-in', '60'], 'a number and a unit'],
    [['--server', '--secret', 'short'], 'at least 32 bytes'],
  ])('refuses %j', async (args, reason) => {
    const { exitCode, err, out } = await command('token', ...args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(reason);
  });
});

describe('rollcall watch', () => {
  it('prints events as they happen, and at the end the id to resume from', async () => {
    const watching = start(['watch', '--types', 'user.created,user.updated', '--user', 'seen'], { server });
    await watching.until('watching');
    await command('users', 'upsert', '[{"id":"seen"},{"id":"unseen"}]');
    await command('users', 'update', 'seen', '--set', 'plan=plus');
    await watching.until('user.updated');
    watching.interrupt();
    expect(await watching.exitCode).toBe(0);
    const events = watching.json();
    expect(events).toMatchObject([
      { type: 'user.created', user: { id: 'seen' } },
      { type: 'user.updated', changes: { 'custom.plan': { after: 'plus' } } },
    ]);
    expect(watching.err().trim().split('\n').at(-1)).toBe(`last event: ${events[1]?.id}`);

    const since = start(['watch', '--user', 'seen', '--since', String(events[0]?.id)], { server });
    await since.until('user.updated');
    since.interrupt();
    await since.exitCode;
    expect(since.json()).toEqual([events[1]]);
  });

  it('prints one line an event for a person', async () => {
    const watching = start(['watch', '--filter', '{"role":"admin"}'], { server, terminal: true });
    await watching.until('watching');
    await command('users', 'upsert', '{"id":"riser","name":"Rise","role":"admin"}');
    await command('users', 'update', 'riser', '--set', 'role=user');
    await watching.until('no longer');
    watching.interrupt();
    await watching.exitCode;
    expect(watching.out().trim().split('\n')).toEqual([
      expect.stringMatching(/^20\S+Z {2}user\.created {2}riser "Rise"/),
      expect.stringMatching(
        /user\.updated {2}riser "Rise" {2}changed: role {2}no longer matches the filter$/,
      ),
    ]);
  });

  it('prints resync when the log no longer reaches back to the position asked for', async () => {
    const watching = start(['watch', '--since', 'another.5'], { server });
    await watching.until('resync');
    watching.interrupt();
    await watching.exitCode;
    expect(watching.json()[0]).toMatchObject({ type: 'resync', id: expect.any(String) });
  });

  it('refuses an unknown type, and names the known ones', async () => {
    const { exitCode, err } = await command('watch', '--types', 'user.exploded,user.created,task.progress');
    expect(exitCode).toBe(2);
    expect(err).toMatch(/cannot watch user\.exploded, task\.progress; the types are user\.created/);
  });
});

describe('signing in', () => {
  it('ends with one line when the secret is wrong', async () => {
    const env = { ROLLCALL_URL: server.url, ROLLCALL_SECRET: 'other:fedcba9876543210fedcba9876543210' };
    const { exitCode, err } = await rollcall(['users', 'query'], { env });
    expect(exitCode).toBe(2);
    expect(err).toMatch(/^error: TOKEN_INVALID .*\n$/);
    expect((await rollcall(['watch'], { env })).err).toMatch(/error: TOKEN_INVALID .*\n$/);
  });

  it('ends with one line when there is no server', async () => {
    const env = { ROLLCALL_URL: 'http://127.0.0.1:9', ROLLCALL_SECRET: SECRET };
    const { exitCode, err } = await rollcall(['users', 'query'], { env });
    expect(exitCode).toBe(2);
    expect(err).toMatch(/^error: UNAVAILABLE .*\n$/);
  });

  it('shows a stack only when asked to', async () => {
    const env = { ROLLCALL_URL: 'nonsense', ROLLCALL_SECRET: SECRET };
    expect((await rollcall(['users', 'query'], { env })).err).toMatch(/^error: .*\n$/);
    expect((await rollcall(['users', 'query'], { env: { ...env, ROLLCALL_DEBUG: '1' } })).err).toMatch(
      /\n +at /,
    );
  });
});

describe('the command line', () => {
  it('prints help and version without failing', async () => {
    const help = await rollcall(['--help']);
    expect([help.exitCode, help.err]).toEqual([0, '']);
    expect(help.out).toContain('Usage: rollcall');
    expect((await rollcall(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('refuses an unknown command or option with exit code 2', async () => {
    const unknown = await rollcall(['exprot']);
    expect([unknown.exitCode, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toMatch(/^error: INPUT_INVALID unknown command 'exprot'/);
    expect((await rollcall(['users', 'query', '--nope'])).exitCode).toBe(2);
  });

  it('prints the settings of a server, or everything that is wrong with them', async () => {
    const good = await rollcall(['check-config'], { env: { ROLLCALL_PORT: '4700', ROLLCALL_DEBUG: '1' } });
    expect(good.exitCode).toBe(0);
    expect(good.out).toMatch(/ROLLCALL_PORT +4700/);
    const bad = await rollcall(['check-config'], { env: { ROLLCALL_PORT: 'x', ROLLCALL_PROT: '1' } });
    expect(bad.exitCode).toBe(2);
    const lines = bad.err.trim().split('\n');
    expect(lines).toHaveLength(2);
    for (const name of ['ROLLCALL_PORT', 'ROLLCALL_PROT']) {
      expect(lines.some(line => line.startsWith(`error: INPUT_INVALID ${name}: `))).toBe(true);
    }
  });

  it('refuses a bad product of the operator, and migrates the tables of a good one', async () => {
    const folder = await temporaryFolder();
    const env = (product: string) => ({
      ROLLCALL_DATABASE_URL: `sqlite:${folder}/rollcall.sqlite`,
      ROLLCALL_PRODUCTS: product,
    });
    for (const command of ['check-config', 'migrate']) {
      const bad = await rollcall([command], { env: env('./no-such-product.js') });
      expect([bad.exitCode, bad.out]).toEqual([2, '']);
      expect(bad.err).toMatch(/^error: INPUT_INVALID ROLLCALL_PRODUCTS: the module ".\/no-such-product.js" /);
    }
    const example = fileURLToPath(new URL('../../../examples/bookmarks/bookmarks.js', import.meta.url));
    expect((await rollcall(['check-config'], { env: env(example) })).out).toContain(example);
    const [{ migrations } = {}] = (await rollcall(['migrate'], { env: env(example) })).json();
    expect(migrations).toContain('bookmarks_Table1788220800000');
    expect((await rollcall(['migrate'], { env: env(example) })).json()).toEqual([{ migrations: [] }]);
  });

  it('renews the log of an up-to-date database, each time to a new position', async () => {
    const env = { ROLLCALL_DATABASE_URL: `sqlite:${await temporaryFolder()}/rollcall.sqlite` };
    const early = await rollcall(['renew-log'], { env });
    expect([early.exitCode, early.out]).toEqual([2, '']);
    expect(early.err).toContain('rollcall migrate');
    await rollcall(['migrate'], { env });
    const [[first], [second]] = [
      (await rollcall(['renew-log'], { env })).json(),
      (await rollcall(['renew-log'], { env })).json(),
    ];
    for (const answer of [first, second]) expect(answer).toEqual({ position: expect.stringMatching(/\.0$/) });
    expect(first).not.toEqual(second);
  });

  it('migrates an embedded database, once', async () => {
    const env = { ROLLCALL_DATABASE_URL: `sqlite:${await temporaryFolder()}/db/rollcall.sqlite` };
    const [{ migrations } = {}] = (await rollcall(['migrate'], { env })).json();
    expect(migrations).toEqual(expect.arrayContaining([expect.any(String)]));
    expect((await rollcall(['migrate'], { env })).json()).toEqual([{ migrations: [] }]);
  });
});
