/** The example of a nightly synchronisation, as somebody gets it: copied, installed by the lines of its page, and run. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type InstalledExample, installExample } from '../support/processes/installed-example.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

let server: ServerProcess;
let backEnd: ServerClient;
let example: InstalledExample;
let people: string[];

beforeAll(async () => {
  [server, example] = await Promise.all([startServerProcess(), installExample('nightly-sync')]);
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  people = (await readFile(join(example.folder, 'people.ndjson'), 'utf8')).trim().split('\n');
  await backEnd.upsertUsers([{ id: 'jane' }, { id: 'a-visitor' }]);
});

afterAll(async () => {
  await backEnd?.disconnect();
  await server?.stop();
  await example?.remove();
});

/** Runs the job over some lines. */
async function synchronise(lines: string[]) {
  await writeFile(join(example.folder, 'tonight.ndjson'), `${lines.join('\n')}\n`);
  return example.run(env(), 'node sync.js tonight.ndjson');
}

const env = () => ({ ROLLCALL_URL: server.url, ROLLCALL_SECRET: SECRET });

const position = async () => (await backEnd.queryUsers({}, [], { limit: 1 })).position;
const active = async () => (await backEnd.countUsers({ source: 'staff' })).count;

it('creates everybody in the export, and changes nothing when it runs again', async () => {
  expect(await synchronise(people)).toEqual({
    code: 0,
    stderr: '',
    stdout:
      'would create 20, change 0, deactivate 0\ncreated 20, changed 0, left 0 as they were, deactivated 0\n',
  });
  const before = await position();
  expect(await synchronise(people)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('created 0, changed 0, left 20 as they were, deactivated 0'),
  });
  expect(await position()).toBe(before);
});

it('changes who has changed, and deactivates who has left, and nobody who never was in the export', async () => {
  const [first = '', ...others] = people;
  const renamed = { ...JSON.parse(first), full_name: 'Ada Newman' };
  expect(await synchronise([JSON.stringify(renamed), ...others.slice(0, -1)])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('created 0, changed 1, left 18 as they were, deactivated 1'),
  });
  const { users } = await backEnd.queryUsers({}, [{ field: 'id', direction: 1 }], {
    include_deactivated_users: true,
    limit: 100,
  });
  expect(users.filter(user => user.deactivated_at !== undefined).map(user => user.id)).toEqual(['staff-120']);
  expect(users.find(user => user.id === 'staff-101')).toMatchObject({ name: 'Ada Newman' });
});

it('writes nothing, touches nobody and says why: an export that was cut off, an empty one, a broken line, a bad row', async () => {
  const before = await position();
  const wrong = async (lines: string[]) => {
    const { code, stderr } = await synchronise(lines);
    expect(code).toBe(1);
    return stderr;
  };
  expect(await wrong(people.slice(0, 10))).toContain('9 people are missing, and at most 0 of 19 may be');
  expect(await wrong([''])).toContain('the source holds no users');
  expect(await wrong([...people.slice(0, 3), '{"number":'])).toContain('line 4 of tonight.ndjson: ');
  expect(await wrong([...people, '{"full_name":"Nobody"}'])).toContain('a person needs a number');
  expect(await wrong([...people, '{"number":"200","full_name":7}'])).toContain('staff-200: ');
  expect(await position()).toBe(before);
  expect(await active()).toBe(19);
});

it('takes a number of people who may be missing, too, and reads its own file when it is simply started', async () => {
  const few = people.slice(0, 17);
  await writeFile(join(example.folder, 'tonight.ndjson'), few.join('\n'));
  const allowed = { ...env(), MAX_MISSING: '2' };
  expect(await example.run(allowed, 'node sync.js tonight.ndjson')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('deactivated 2'),
  });
  const { code, stdout } = await example.run(env());
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('would create 0') });
  const { code: refused, stderr } = await example.run({ ...env(), ROLLCALL_SECRET: '' });
  expect({ refused, stderr }).toMatchObject({
    refused: 1,
    stderr: expect.stringContaining('ROLLCALL_SECRET'),
  });
});
