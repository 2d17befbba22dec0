import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningServer } from '@rollcall/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollcall, startTestServer } from './harness.js';

let server: RunningServer;
let directory: string;

beforeAll(async () => {
  server = await startTestServer();
  directory = await temporaryFolder();
  await command('users', 'upsert', '[{"id":"jane"},{"id":"john"},{"id":"mary"}]');
});
afterAll(() => server.close());

const command = (...args: string[]) => rollcall(args, { server, directory });
const inWords = (...args: string[]) => rollcall(args, { server, directory, terminal: true });

describe('rollcall settings', () => {
  it('prints and changes settings, and names the nearest one for a typo', async () => {
    const changed = await command(
      'settings',
      'set',
      'event_retention_days=90',
      'enforce_unique_usernames=app',
    );
    expect(changed.json()).toMatchObject([{ event_retention_days: 90, enforce_unique_usernames: 'app' }]);
    expect((await command('settings', 'get', 'event_retention_days')).out).toBe('90\n');
    expect((await inWords('settings', 'get')).out).toMatch(/^event_retention_days +90$/m);
    const typo = await command('settings', 'set', 'event_retention_day=5');
    expect([typo.exitCode, typo.err]).toEqual([
      2,
      expect.stringMatching(
        /^error: INPUT_INVALID .*event_retention_day.* did you mean event_retention_days\?/,
      ),
    ]);
    expect((await command('settings', 'get', 'guest_enabled')).err).toContain('did you mean guests_enabled?');
    expect((await command('settings', 'set', 'event_retention_days=0')).exitCode).toBe(2);
    expect((await command('settings', 'get', 'event_retention_days')).out).toBe('90\n');
  });
});

describe('rollcall roles', () => {
  it('creates, lists and deletes roles', async () => {
    expect((await command('roles', 'create', 'editor', 'author')).json()).toMatchObject([
      { name: 'editor', built_in: false },
      { name: 'author' },
    ]);
    expect((await command('roles', 'delete', 'author')).json()).toEqual([{ deleted: 'author' }]);
    const names = (await command('roles', 'list')).json().map(role => role.name);
    expect(names).toContain('editor');
    expect(names).not.toContain('author');
    expect((await command('roles', 'delete', 'author')).err).toMatch(/^error: ROLE_NOT_FOUND /);
  });
});

describe('rollcall bans', () => {
  it('imposes a ban with an end and a reason, lists it, and ends it', async () => {
    const before = Date.now();
    const added = await command('bans', 'add', 'jane', '--for', '1h', '--reason', 'spam', '--by', 'john');
    expect(added.exitCode).toBe(0);
    const [user] = added.json() as [{ banned: boolean; ban_expires: number }];
    expect(user.banned).toBe(true);
    expect(user.ban_expires - before).toBeGreaterThanOrEqual(3_600_000);
    expect(user.ban_expires - before).toBeLessThan(3_630_000);
    expect((await command('bans', 'list')).json()).toMatchObject([
      { user_id: 'jane', reason: 'spam', shadow: false, banned_by: { id: 'john' } },
    ]);
    expect((await inWords('bans', 'list')).out).toMatch(/^jane {2}ban {2}until \S+Z {2}spam\n$/);
    expect((await command('bans', 'remove', 'jane')).json()).toMatchObject([{ id: 'jane', banned: false }]);
    expect((await command('bans', 'list')).out).toBe('');
  });

  it('takes a time or a duration, not both, and shadow bans on request', async () => {
    const both = await command('bans', 'add', 'jane', '--for', '1h', '--until', '2099-01-01T00:00:00Z');
    expect([both.exitCode, both.err]).toEqual([2, expect.stringContaining('cannot be used with')]);
    expect((await inWords('bans', 'add', 'mary', '--shadow', '--until', '2099-01-01T00:00:00Z')).out).toBe(
      'mary is shadow banned until 2099-01-01T00:00:00.000Z\n',
    );
    expect((await inWords('bans', 'remove', 'mary', '--shadow')).out).toBe('mary is not banned\n');
    expect((await command('bans', 'add', 'jane', '--until', 'tomorrow')).err).toMatch(
      /^error: INPUT_INVALID expires_at/,
    );
  });
});

describe('rollcall blocks', () => {
  it('blocks, lists and unblocks on behalf of a user', async () => {
    expect((await command('blocks', 'add', 'jane', 'john', 'mary')).json()).toEqual([
      { id: 'jane', blocked_user_ids: expect.arrayContaining(['john', 'mary']) },
    ]);
    expect(
      (await command('blocks', 'list', 'jane'))
        .json()
        .map(block => block.user_id)
        .sort(),
    ).toEqual(['john', 'mary']);
    expect((await inWords('blocks', 'remove', 'jane', 'john', 'mary')).out).toBe('jane blocks nobody\n');
    expect((await command('blocks', 'add', 'jane', 'nobody')).err).toMatch(/^error: USER_NOT_FOUND /);
  });
});

describe('rollcall guests', () => {
  it('lets guests in or not, and lists them', async () => {
    expect((await command('guests', 'refuse')).json()).toEqual([{ guests_enabled: false }]);
    expect((await command('settings', 'get', 'guests_enabled')).out).toBe('false\n');
    await command('guests', 'allow');
    expect((await command('settings', 'get', 'guests_enabled')).out).toBe('true\n');
    await command('users', 'upsert', '{"id":"visitor","role":"guest"}');
    expect((await command('guests', 'list')).json()).toMatchObject([{ id: 'visitor' }]);
  });
});

describe('rollcall revoke', () => {
  it('ends the tokens of users that were issued before a time, and undoes it', async () => {
    const { out: token } = await command('token', '--user', 'john');
    const asJohn = () => rollcall(['users', 'get', 'john', '--token', token.trim()], { server });
    expect((await asJohn()).exitCode).toBe(0);
    const before = Date.now() + 60_000;
    expect((await command('revoke', 'john', '--before', String(before))).json()).toEqual([
      { type: 'revocation', users: 1, before },
    ]);
    expect((await asJohn()).err).toMatch(/^error: TOKEN_REVOKED /);
    expect((await inWords('revoke', 'john', '--undo')).out).toBe('tokens of 1 user are no longer revoked\n');
    expect((await asJohn()).exitCode).toBe(0);
  });

  it.each([
    [[], 'no user is named'],
    [['--all', 'jane'], 'either --all or users'],
    [['jane', '--before', 'yesterday'], 'must be a time such as'],
    [['jane', '--before', '2026-01-01', '--undo'], 'either --undo or --before'],
  ])('refuses %j', async (args, reason) => {
    const { exitCode, err, out } = await command('revoke', ...args);
    expect([exitCode, out, err]).toEqual([2, '', expect.stringContaining(reason)]);
  });
});

describe('rollcall sync', () => {
  const staff = (ids: string[]) => ids.map(id => JSON.stringify({ id, role: 'editor' })).join('\n');
  const sync = (...args: string[]) =>
    command('sync', 'staff.ndjson', '--within', '{"role":"editor"}', '--missing', 'deactivate', ...args);

  it('imports the file and deactivates the users who are not in it, after a dry run that changes nothing', async () => {
    await writeFile(join(directory, 'staff.ndjson'), staff(['staff-1', 'staff-2', 'staff-3', 'staff-4']));
    expect((await sync()).json()).toMatchObject([{ type: 'summary', created: 4, missing: 0, task_ids: [] }]);
    await writeFile(join(directory, 'staff.ndjson'), staff(['staff-1', 'staff-2', 'staff-3', 'staff-5']));

    const dry = await sync('--dry-run', '--max-missing', '25%');
    expect(dry.json()).toMatchObject([
      { created: 1, unchanged: 3, looked_at: 4, missing: 1, max_missing: 1, task_ids: [], dry_run: true },
    ]);
    expect((await command('users', 'get', 'staff-5')).exitCode).not.toBe(0);

    const refused = await sync();
    expect([refused.exitCode, refused.err]).toEqual([
      2,
      expect.stringMatching(/error: INPUT_INVALID max_missing: 1 of the 4/),
    ]);
    const done = await sync('--max-missing', '1', '--wait');
    expect(done.exitCode).toBe(0);
    expect(done.json()).toMatchObject([{ missing: 1, failed: 0 }, { status: 'completed' }]);
    const [left] = (await command('users', 'get', 'staff-4')).json();
    expect(left).toHaveProperty('deactivated_at');
  });

  it('touches nobody when a row cannot be read, and names it', async () => {
    await writeFile(join(directory, 'staff.ndjson'), `${staff(['staff-1'])}\n{"id":\n`);
    const { exitCode, err } = await sync('--max-missing', '100%');
    expect([exitCode, err]).toEqual([
      2,
      expect.stringMatching(/row 2: the line is not JSON.*nobody was deactivated/),
    ]);
    const [user] = (await command('users', 'get', 'staff-2')).json();
    expect(user).not.toHaveProperty('deactivated_at');
  });

  it('lists refused users in an error file with row and reason, as an import does, and says so also where it ends with an error', async () => {
    const rows = [
      { id: 'staff-1', role: 'editor' },
      { id: 'staff 2', name: 'Spaces' },
      { id: 'staff-3', role: 'no-such-role' },
      { id: 'staff-5', role: 'editor' },
    ];
    await writeFile(join(directory, 'staff.ndjson'), rows.map(row => JSON.stringify(row)).join('\n'));
    const report = async (name: string) =>
      (await readFile(join(directory, name), 'utf8'))
        .trim()
        .split('\n')
        .map(line => JSON.parse(line));
    const refused = [
      { row: 2, id: 'staff 2', name: 'Spaces', code: 'INPUT_INVALID', field: 'id', user: rows[1] },
      { row: 3, id: 'staff-3', code: 'ROLE_NOT_FOUND', field: 'role', user: rows[2] },
    ];
    const keep = await command('sync', 'staff.ndjson', '--missing', 'keep');
    expect([keep.exitCode, keep.err]).toEqual([1, expect.not.stringContaining('error:')]);
    expect(keep.json()).toMatchObject([{ failed: 2, errors: 'staff.ndjson.errors.ndjson' }]);
    expect(await report('staff.ndjson.errors.ndjson')).toMatchObject(refused);

    const cut = await sync('--errors', 'refused.ndjson');
    expect(cut.exitCode).toBe(2);
    expect(cut.err).toContain('note: 2 rows failed; refused.ndjson lists them with the reasons\n');
    expect(await report('refused.ndjson')).toMatchObject(refused);
    expect((await sync('--errors', 'staff.ndjson')).err).toContain('would overwrite the input');

    await writeFile(join(directory, 'staff.ndjson'), staff(['staff-1']));
    const clean = await command('sync', 'staff.ndjson', '--missing', 'keep');
    expect([clean.exitCode, clean.json()]).toEqual([
      0,
      [expect.not.objectContaining({ errors: expect.anything() })],
    ]);
    await expect(report('staff.ndjson.errors.ndjson')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('asks what to do with the missing, and refuses a share that it cannot read', async () => {
    expect((await command('sync', 'staff.ndjson')).err).toContain("required option '--missing <what>'");
    expect((await sync('--max-missing', 'few')).err).toContain('a share such as 5%');
  });
});

describe('rollcall import --as-is', () => {
  it('gives back a deactivated, banned user as it was, from NDJSON and from CSV', async () => {
    const user = {
      id: 'past-1',
      created_at: '2020-01-02T03:04:05Z',
      deactivated_at: 1700000000000,
      banned: true,
    };
    await writeFile(join(directory, 'past.ndjson'), JSON.stringify(user));
    expect((await command('import', 'past.ndjson')).err).toContain('deactivated_at');
    expect((await command('import', 'past.ndjson', '--as-is', '--dry-run')).json()).toMatchObject([
      { created: 1, dry_run: true },
    ]);
    expect((await command('users', 'get', 'past-1')).exitCode).not.toBe(0);
    expect((await command('import', 'past.ndjson', '--as-is')).json()).toMatchObject([{ created: 1 }]);
    const past = {
      created_at: Date.parse('2020-01-02T03:04:05Z'),
      deactivated_at: 1700000000000,
      banned: true,
    };
    expect((await command('users', 'get', 'past-1')).json()).toMatchObject([past]);
    await writeFile(
      join(directory, 'past.csv'),
      'id,created_at,deactivated_at,banned,blocked_user_ids\npast-2,2020-01-02T03:04:05Z,1700000000000,TRUE,jane|john\n',
    );
    expect((await command('import', 'past.csv', '--as-is')).exitCode).toBe(0);
    expect((await command('users', 'get', 'past-2')).json()).toMatchObject([
      { ...past, blocked_user_ids: ['jane', 'john'] },
    ]);
  });

  it('moves a deactivated admin to another server, who cannot sign in there either; without it, the admin is refused', async () => {
    await using second = await startTestServer();
    await command('users', 'upsert', '[{"id":"boss","role":"admin"},{"id":"deputy","role":"admin"}]');
    await command('users', 'deactivate', 'boss', '--wait');
    await command('export', 'admins.ndjson', '--filter', '{"role":"admin"}');
    const there = (...args: string[]) => rollcall(args, { server: second, directory });

    const plain = await there('import', 'admins.ndjson');
    expect([plain.exitCode, plain.err]).toEqual([
      2,
      expect.stringMatching(
        /^error: INPUT_INVALID deactivated_at: the user is deactivated where it comes from.*with as_is.*\(row 1, id boss\)$/m,
      ),
    ]);
    expect((await there('users', 'get', 'boss')).err).toMatch(/^error: USER_NOT_FOUND /);

    expect((await there('import', 'admins.ndjson', '--as-is')).exitCode).toBe(0);
    const asUser = async (id: string) => {
      const { out } = await there('token', '--user', id);
      return rollcall(['users', 'get', id, '--token', out.trim()], { server: second });
    };
    expect((await asUser('deputy')).exitCode).toBe(0);
    const signedIn = await asUser('boss');
    expect([signedIn.exitCode, signedIn.err]).toEqual([
      2,
      expect.stringMatching(/^error: USER_DEACTIVATED /),
    ]);
  });

  it.each([
    ['deactivated_at', ['--on-error', 'skip'], 'with as_is'],
    ['deleted_at', ['--on-error', 'skip'], 'leave out the user'],
    ['deleted_at', ['--on-error', 'skip', '--as-is'], 'deleted'],
  ])('lets nobody in silently whose %s a CSV file names, with %j', async (field, options, remedy) => {
    const csv = `id,${field}\ngone,2024-01-02T03:04:05Z\nhere,\n`;
    await writeFile(join(directory, 'gone.csv'), csv);
    expect((await command('import', 'gone.csv', '--dry-run', ...options)).json()).toMatchObject([
      { created: 1, failed: 1 },
    ]);
    expect(JSON.parse(await readFile(join(directory, 'gone.csv.errors.ndjson'), 'utf8'))).toMatchObject({
      row: 2,
      id: 'gone',
      field,
      message: expect.stringContaining(remedy),
    });
  });

  it('is the remedy for what an import does not write, which one note counts', async () => {
    const rows = [
      {
        id: 'note-1',
        devices: [{ id: 'phone', push_provider: 'firebase' }],
        blocked_user_ids: ['jane', 'john'],
      },
      { id: 'note-2', devices: [], blocked_user_ids: ['jane'], revoke_tokens_issued_before: null },
      { id: 'note-3', revoke_tokens_issued_before: '2024-01-02T03:04:05Z' },
    ];
    const note = (devices: string, blocks: string, revocations: string) =>
      `note: without --as-is an import does not write devices of ${devices}, blocked_user_ids of ${blocks}, revoke_tokens_issued_before of ${revocations}; to write them, import with --as-is\n`;
    const notes = (err: string) => err.split('\n').filter(line => line.startsWith('note: '));
    await writeFile(join(directory, 'notes.ndjson'), rows.map(row => JSON.stringify(row)).join('\n'));
    for (const way of [['import'], ['sync', '--missing', 'keep']]) {
      const plain = await command(...way, 'notes.ndjson', '--dry-run');
      expect([plain.exitCode, notes(plain.err)]).toEqual([0, [note('1 row', '2 rows', '1 row').trim()]]);
    }
    const asIs = await command('import', 'notes.ndjson', '--as-is', '--dry-run');
    expect([asIs.exitCode, notes(asIs.err)]).toEqual([0, []]);

    const csv =
      'id,devices,blocked_user_ids,revoke_tokens_issued_before\nnote-1,any,jane|john,1700000000000\nnote-2,[],,\n';
    await writeFile(join(directory, 'notes.csv'), csv);
    const table = await command('import', 'notes.csv', '--dry-run');
    expect([table.exitCode, table.json()]).toEqual([0, [expect.objectContaining({ created: 2, failed: 0 })]]);
    expect(table.err).toContain(note('1 row', '1 row', '1 row'));
  });
});

describe('rollcall webhooks', () => {
  it('makes a webhook, changes it, tests it and shows what was sent, and deletes it', async () => {
    const made = await command(
      'webhooks',
      'create',
      'http://127.0.0.1:1/hooks',
      '--types',
      'user.created,user.deleted',
      '--filter',
      '{"role":"admin"}',
      '--rate',
      '5',
    );
    expect(made.exitCode).toBe(0);
    const [{ webhook, secret }] = made.json() as [
      { webhook: { id: string; position: string }; secret: string },
    ];
    expect(webhook).toMatchObject({
      types: ['user.created', 'user.deleted'],
      filter: { role: 'admin' },
      rate_limit: 5,
    });
    expect(secret).toMatch(/^whsec_/);

    const changed = await command(
      'webhooks',
      'update',
      webhook.id,
      '--filter',
      '',
      '--rate',
      '',
      '--types',
      '',
    );
    const [after] = changed.json();
    for (const name of ['filter', 'rate_limit', 'types']) expect(after).not.toHaveProperty(name);
    expect((await command('webhooks', 'rotate-secret', webhook.id)).json()).toMatchObject([
      { secret: expect.stringMatching(/^whsec_/) },
    ]);
    expect((await command('webhooks', 'list')).out).not.toContain('whsec_');

    const tested = await command('webhooks', 'test', webhook.id);
    expect(tested.exitCode).toBe(1);
    const refused = {
      status: 'failed',
      attempts: [{ error: expect.stringContaining('is not on the internet') }],
    };
    expect(tested.json()).toMatchObject([refused]);
    expect((await command('webhooks', 'deliveries', webhook.id, '--status', 'failed')).json()).toMatchObject([
      refused,
    ]);
    expect((await inWords('webhooks', 'deliveries', webhook.id)).out).toContain('webhook.test  failed');

    expect((await command('webhooks', 'disable', webhook.id)).json()).toMatchObject([
      { status: 'disabled', disabled_reason: 'requested' },
    ]);
    expect((await inWords('webhooks', 'get', webhook.id)).out).toContain('disabled (requested)');
    expect((await command('webhooks', 'replay', webhook.id, webhook.position)).exitCode).toBe(0);
    expect((await command('webhooks', 'enable', webhook.id)).json()).toMatchObject([{ status: 'active' }]);
    expect((await command('webhooks', 'retry', `msg_${'a'.repeat(22)}`)).err).toMatch(/^error: NOT_FOUND /);
    expect((await command('webhooks', 'delete', webhook.id)).json()).toEqual([{ deleted: webhook.id }]);
    expect((await command('webhooks', 'get', webhook.id)).err).toMatch(/^error: NOT_FOUND /);
  });
});
