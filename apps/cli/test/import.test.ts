import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createServerClient } from '@rollcall/client/server';
import type { RunningServer } from '@rollcall/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rollcall, SECRET, startTestServer } from './harness.js';

let server: RunningServer;
let directory: string;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  directory = await temporaryFolder();
});

const importFile = (args: string[], stdin?: string) =>
  rollcall(['import', ...args], { server, directory, stdin });

const write = (name: string, lines: unknown[]) =>
  writeFile(
    join(directory, name),
    lines.map(line => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
  );

const exists = (name: string) =>
  readFile(join(directory, name)).then(
    () => true,
    () => false,
  );

async function revisions(prefix: string): Promise<Record<string, number>> {
  const client = createServerClient({ url: server.url, secret: SECRET });
  const found: Record<string, number> = {};
  for await (const user of client.queryUsersAll({ id: { $autocomplete: prefix } }))
    found[user.id] = user.revision;
  await client.disconnect();
  return found;
}

const people = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `${prefix}-${index + 1}`, name: `Nr ${index + 1}` }));

/** Counts how often the server is asked for one procedure while something runs. A request may ask for several. */
async function callsOf(procedure: string, work: () => Promise<unknown>): Promise<number> {
  let calls = 0;
  const count = (message: unknown) => {
    const { url = '' } = (message as { request: IncomingMessage }).request;
    const [path = ''] = url.split('?');
    const names = path.slice(path.lastIndexOf('/') + 1).split(',');
    calls += names.filter(name => name === procedure).length;
  };
  subscribe('http.server.request.start', count);
  try {
    await work();
  } finally {
    unsubscribe('http.server.request.start', count);
  }
  return calls;
}

describe('rollcall import', () => {
  it('stores every user of an NDJSON file, and importing it again changes nothing', async () => {
    await write('users.ndjson', people('plain', 250));
    const first = await importFile(['users.ndjson']);
    expect(first.exitCode).toBe(0);
    expect(first.json()).toMatchObject([{ type: 'summary', status: 'completed', done: 250, failed: 0 }]);
    const again = await importFile(['users.ndjson', '--concurrency', '8']);
    expect(again.exitCode).toBe(0);
    const stored = await revisions('plain');
    expect(Object.keys(stored)).toHaveLength(250);
    expect(new Set(Object.values(stored))).toEqual(new Set([1]));
    expect(await exists('users.ndjson.rollcall-import.json')).toBe(false);
    expect(await exists('users.ndjson.errors.ndjson')).toBe(false);
  });

  it('stores every user of a CSV file, typed by its columns', async () => {
    await write('users.csv', ['id,name,teams,age,custom.address.city', 'csv-1,"Doe, Jane",a;b,41,Łódź']);
    expect((await importFile(['users.csv'])).exitCode).toBe(0);
    const { json } = await rollcall(['users', 'get', 'csv-1'], { server });
    expect(json()).toMatchObject([
      { id: 'csv-1', name: 'Doe, Jane', teams: ['a', 'b'], custom: { age: 41, address: { city: 'Łódź' } } },
    ]);
  });

  it('reads standard input', async () => {
    const { exitCode, json } = await importFile(['-'], '{"id":"piped-1"}\n{"id":"piped-2"}');
    expect(exitCode).toBe(0);
    expect(json()).toMatchObject([{ done: 2 }]);
    const wrong = await importFile(['--format', 'csv', '--delimiter', ',', '-'], 'id;plan\npiped-3;free\n');
    expect(wrong.exitCode).toBe(2);
    expect((await importFile(['-'], 'id;plan\npiped-3;free\n')).exitCode).toBe(0);
    expect(Object.keys(await revisions('piped'))).toHaveLength(3);
  });

  it('with --on-error skip, stores all good rows and reports the bad ones with row and reason', async () => {
    const rows: unknown[] = people('skip', 230);
    rows[4] = { id: 'skip 5', name: 'Spaces' };
    rows[120] = '{"id":"skip-121"';
    rows[199] = { id: 'skip-200', role: 'no-such-role' };
    await write('users.ndjson', rows);
    const { exitCode, json, err } = await importFile(['users.ndjson', '--on-error', 'skip']);
    expect(exitCode).toBe(1);
    expect(err).not.toContain('error:');
    expect(json()).toMatchObject([{ done: 227, failed: 3, errors: 'users.ndjson.errors.ndjson' }]);
    const report = (await readFile(join(directory, 'users.ndjson.errors.ndjson'), 'utf8')).trim().split('\n');
    const entries = report.map(line => JSON.parse(line)).sort((a, b) => a.row - b.row);
    expect(entries).toMatchObject([
      { row: 5, id: 'skip 5', name: 'Spaces', code: 'INPUT_INVALID', field: 'id', user: rows[4] },
      { row: 121, code: 'INPUT_INVALID', message: expect.stringContaining('not JSON') },
      { row: 200, id: 'skip-200', code: 'ROLE_NOT_FOUND', field: 'role' },
    ]);
    expect(entries[1]).not.toHaveProperty('user');
    expect(Object.keys(await revisions('skip'))).toHaveLength(227);
    expect(await exists('users.ndjson.rollcall-import.json')).toBe(false);
  });

  it('asks once for each batch of 1,000 users with an unknown role, and names the first of them at once', async () => {
    const rows = people('role', 1000).map(user => ({ ...user, role: 'no-such-role' }));
    await write('users.ndjson', rows);
    let skipped: Awaited<ReturnType<typeof rollcall>> | undefined;
    const calls = await callsOf('users.upsert', async () => {
      skipped = await importFile(['users.ndjson', '--on-error', 'skip']);
    });
    expect(skipped).toMatchObject({ exitCode: 1 });
    expect(skipped?.json()).toMatchObject([{ done: 0, failed: 1000, errors: 'users.ndjson.errors.ndjson' }]);
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(10);

    let stopped: Awaited<ReturnType<typeof rollcall>> | undefined;
    const callsUntilStop = await callsOf('users.upsert', async () => {
      stopped = await importFile(['users.ndjson', '--concurrency', '1']);
    });
    expect(stopped).toMatchObject({ exitCode: 2 });
    expect(stopped?.err.trim().split('\n').at(-1)).toMatch(
      /^error: ROLE_NOT_FOUND role: .*no-such-role.*\(row 1, id role-1\)$/,
    );
    // The batch that was cut while the first was on its way is sent, and the row that had been read for another one.
    expect(callsUntilStop).toBeGreaterThan(0);
    expect(callsUntilStop).toBeLessThanOrEqual(3);
    expect(Object.keys(await revisions('role'))).toEqual([]);
  });

  it('stops at the first row that fails, reports it, and resumes there once it is corrected', async () => {
    const rows: unknown[] = people('stop', 1000);
    rows[556] = { id: 'stop-557', language: 'not a language' };
    await write('users.ndjson', rows);
    const stopped = await importFile(['users.ndjson']);
    expect(stopped.exitCode).toBe(2);
    expect(stopped.err.trim().split('\n').at(-1)).toMatch(
      /^error: INPUT_INVALID language: .*\(row 557, id stop-557\)$/,
    );
    expect(stopped.json()).toMatchObject([{ status: 'stopped', row: 557, resume_after_rows: 500 }]);

    rows[556] = { id: 'stop-557', language: 'en' };
    await write('users.ndjson', rows);
    const resumed = await importFile(['users.ndjson', '--resume']);
    expect(resumed.exitCode).toBe(0);
    expect(resumed.json()).toMatchObject([{ status: 'completed', skipped_rows: 500, done: 500 }]);
    const stored = await revisions('stop');
    expect(Object.keys(stored)).toHaveLength(1000);
    expect(new Set(Object.values(stored))).toEqual(new Set([1]));
    expect(await exists('users.ndjson.rollcall-import.json')).toBe(false);
  });

  it('refuses to resume when the settled rows have changed, and sends nothing', async () => {
    const rows: unknown[] = people('changed', 300);
    rows[250] = '{';
    await write('users.ndjson', rows);
    expect((await importFile(['users.ndjson'])).exitCode).toBe(2);
    rows[0] = { id: 'changed-other' };
    await write('users.ndjson', rows);
    const resumed = await importFile(['users.ndjson', '--resume']);
    expect(resumed.exitCode).toBe(2);
    expect(resumed.err).toMatch(/^error: INPUT_INVALID the first \d+ rows .* import without --resume\n$/);
    expect(Object.keys(await revisions('changed-other'))).toEqual([]);
  });

  it.each([
    [['missing.ndjson'], 'there is no file missing.ndjson'],
    [['-', '--resume'], 'name a file to resume'],
    [['users.ndjson', '--errors', 'users.ndjson'], 'would overwrite the input'],
    [['users.ndjson', '--on-error', 'ignore'], "option '--on-error <what>' argument 'ignore' is invalid"],
    [['users.ndjson', '--concurrency', '0'], 'a whole number from 1 to 64'],
  ])('refuses %j before anything is sent, on one line', async (args, reason) => {
    await write('users.ndjson', people('never', 1));
    const { exitCode, err, out } = await importFile(args);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/^error: .*\n$/);
    expect(err).toContain(reason);
    expect(out).toBe('');
    expect(Object.keys(await revisions('never'))).toEqual([]);
  });

  it('tells a person in words how it ended', async () => {
    await write('users.ndjson', [...people('person', 3), '{']);
    const options = { server, directory, terminal: true };
    const { out, err } = await rollcall(['import', 'users.ndjson', '--on-error', 'skip'], options);
    expect(err).toContain('100 %  3 users');
    expect(out).toMatch(
      /^3 users created, 0 updated, 0 unchanged, in 0:0\d \([\d,]+ a second\)\n1 row failed/,
    );
  });
});
