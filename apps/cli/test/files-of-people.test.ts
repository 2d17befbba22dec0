/** Spreadsheets and dumps as people have them: imported, or refused with the one sentence that helps. */
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunningServer } from '@rollcall/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollcall, startTestServer } from './harness.js';

const FILES = fileURLToPath(new URL('./files', import.meta.url));

let server: RunningServer;
let directory: string;

beforeAll(async () => {
  server = await startTestServer();
  directory = await temporaryFolder();
  await cp(FILES, directory, { recursive: true });
});
afterAll(() => server.close());

const importFile = (...args: string[]) => rollcall(['import', ...args], { server, directory });

async function storedAs(prefix: string) {
  const filter = JSON.stringify({ id: { $autocomplete: prefix } });
  const { json } = await rollcall(['export', '--filter', filter], { server });
  return json();
}

describe('a file as people have it is imported as it is meant', () => {
  it.each([
    [
      'semicolon.csv',
      [
        { id: 'semicolon-1', name: 'Łódź, Jane', teams: ['red', 'blue'], custom: { plan: 'free' } },
        { id: 'semicolon-2', name: 'a; b', teams: [], custom: { plan: 'pro' } },
      ],
    ],
    ['tab.txt', [{ id: 'tab-1', name: 'Doe, Jane', teams: ['red', 'blue'] }]],
    ['utf16le.csv', [{ id: 'utf16le-1', name: 'Łukasz 😀' }]],
    ['utf16be.csv', [{ id: 'utf16be-1', name: 'Ελένη' }]],
    ['bom.csv', [{ id: 'bom-1', name: 'Zoë' }]],
    ['sep.csv', [{ id: 'sep-1', name: 'Jane' }]],
    ['quotes.csv', [{ id: 'quotes-1', name: 'Jane "J" Doe,\nsecond line', teams: ['red', 'blue'] }]],
    [
      'array.json',
      [
        { id: 'array-1', name: 'a ] } , " b', teams: ['red'] },
        { id: 'array-2', custom: { tags: [[1], { a: 2 }] } },
      ],
    ],
    ['nulls.ndjson', [{ id: 'nulls-1', role: 'user', teams: [], custom: { note: null } }]],
    ['teams.csv', ['1', '2', '3', '4'].map(n => ({ id: `teams-${n}`, teams: ['red', 'blue'] }))],
    ['pipes-dump.csv', [{ id: 'pipes-1', name: 'Jane' }]],
  ])('%s', async (file, users) => {
    const { exitCode, err, json } = await importFile(file);
    expect([exitCode, err]).toEqual([0, expect.not.stringContaining('error')]);
    expect(json()).toMatchObject([{ status: 'completed', created: users.length, updated: 0, unchanged: 0 }]);
    const stored = await storedAs((users[0] as { id: string }).id.replace(/-1$/, ''));
    expect(stored).toMatchObject(users);
    if (file.startsWith('nulls') || file.startsWith('pipes')) {
      expect(stored[0]).not.toHaveProperty(file.startsWith('nulls') ? 'name' : 'image');
    }
    const again = await importFile(file);
    expect(again.json()).toMatchObject([{ created: 0, updated: 0, unchanged: users.length, failed: 0 }]);
  });

  it('ID in capitals is the id, and a column that looks like a field is kept, each with a word', async () => {
    const { exitCode, err } = await importFile('capitals.csv');
    expect(exitCode).toBe(0);
    expect(err).toContain('note: ID is taken as id\n');
    expect(err).toContain(
      'note: Name is custom data here; if it is the field name, give --rename Name=name\n',
    );
    expect(err).toContain('if it is the field name, give --rename "Full-Name"=name\n');
    expect(await storedAs('capitals')).toMatchObject([{ custom: { Name: 'Jane', 'Full-Name': 'Jane Doe' } }]);
    const renamed = await importFile('capitals.csv', '--rename', 'Name=name', '--ignore', 'Full-Name');
    expect(renamed.err).not.toContain('custom data');
    const [user] = await storedAs('capitals');
    expect([user?.name, user?.custom]).toEqual(['Jane', {}]);
  });

  it('takes another column as id, and other names in JSON, too', async () => {
    expect((await importFile('no-id.csv', '--id-column', 'Key', '--rename', 'Label=name')).exitCode).toBe(0);
    await writeFile(join(directory, 'other.ndjson'), '{"_id":"other-1","Label":"Jane","x":1}\n');
    const { exitCode } = await importFile(
      'other.ndjson',
      '--id-column',
      '_id',
      '--rename',
      'Label=name',
      '--ignore',
      'x',
    );
    expect(exitCode).toBe(0);
    expect(await storedAs('other')).toMatchObject([{ id: 'other-1', name: 'Jane', custom: {} }]);
  });

  it.each([
    ['names.ndjson', '{"id":"absent-a","Label":"Jane"}\n{"id":"absent-b","x":1}\n'],
    ['names.json', '[{"id":"absent-a","Label":"Jane"},{"id":"absent-b","x":1}]'],
  ])(
    '%s: says at the end which names of --rename, --ignore and --id-column no row has, with the nearest',
    async (file, text) => {
      await writeFile(join(directory, file), text);
      const options = ['--rename', 'Lable=name', 'x=y', '--ignore', 'no such name'];
      for (const command of [['import'], ['sync', '--missing', 'keep']]) {
        const { exitCode, err } = await rollcall([...command, file, ...options], { server, directory });
        const notes = err.split('\n').filter(line => line.startsWith('note: no row'));
        expect([exitCode, notes]).toEqual([
          0,
          [
            'note: no row has the field Lable, which the options name; did you mean Label?',
            'note: no row has the field "no such name", which the options name',
          ],
        ]);
      }
      const { exitCode, err } = await importFile(
        file,
        '--id-column',
        'Id',
        '--rename',
        'Label=name',
        '--on-error',
        'skip',
      );
      expect([exitCode, err]).toEqual([0, expect.stringContaining('note: no row has the field Id, which')]);
    },
  );

  it('says nothing about names that a row at the end has, or that an import which stopped has not reached', async () => {
    const rows = [{ id: 'late-a' }, { id: 'late-b' }, { id: 'late-c', Label: 'Jane' }];
    await writeFile(join(directory, 'late.ndjson'), rows.map(row => JSON.stringify(row)).join('\n'));
    expect((await importFile('late.ndjson', '--rename', 'Label=name')).err).not.toContain('no row has');
    await writeFile(join(directory, 'stops.ndjson'), '{"id":"late-a"}\n{\n');
    const stopped = await importFile('stops.ndjson', '--rename', 'Label=name');
    expect([stopped.exitCode, stopped.err]).toEqual([2, expect.not.stringContaining('no row has')]);
  });
});

describe('a file that cannot be meant is refused with the sentence that helps', () => {
  it.each([
    ['no-id.csv', /one of them must be id; this one has: Key, Label\. Give --id-column <name>/],
    [
      'spaces.csv',
      /"Full Name" cannot be a custom field: .*--rename "Full Name"=<name>.*--ignore "Full Name"/,
    ],
    ['workbook.xlsx', /INPUT_INVALID the input is a workbook of a spreadsheet.*save the sheet as CSV/],
    ['packed.ndjson.gz', /INPUT_INVALID the input is compressed: unpack it first/],
  ])('%s', async (file, sentence) => {
    const { exitCode, err } = await importFile(file);
    expect([exitCode, err]).toEqual([2, expect.stringMatching(sentence)]);
  });

  it('a JSON array that is cut off, also between two elements', async () => {
    for (const [name, rest] of [
      ['after', ',\n'],
      ['within', ',{"id":"cut-3"'],
    ] as const) {
      await writeFile(join(directory, `${name}.json`), `[{"id":"cut-1"},\n{"id":"cut-2"}${rest}`);
      const { exitCode, err } = await importFile(`${name}.json`, '--on-error', 'skip');
      expect([exitCode, err]).toEqual([2, expect.stringMatching(/INPUT_INVALID the JSON array has no end/)]);
      const sync = await rollcall(['sync', `${name}.json`, '--missing', 'delete', '--max-missing', '100%'], {
        server,
        directory,
      });
      expect([sync.exitCode, sync.json()]).toEqual([2, []]);
    }
  });

  it('names a column that is not there, with those that are', async () => {
    const { exitCode, err } = await importFile('semicolon.csv', '--rename', 'nmae=name');
    expect(exitCode).toBe(2);
    expect(err).toMatch(/column "nmae" is unknown; accepted are id, name, teams, plan; did you mean name\?/);
  });

  it.each([
    [
      'numbers.ndjson',
      '{"id":"a"}\n{"id":"n-2","x":{"y":[1,1e400]}}\n',
      2,
      /x\.y\.1: the number 1e400 is larger/,
    ],
    [
      'digits.ndjson',
      '{"id":"a"}\n{"id":"n-2","card":1234567890123456789}\n',
      2,
      /card: the number 1234567890123456789 has more digits/,
    ],
    [
      'digits.json',
      '[{"id":"a"},\n{"id":"n-2","card":1234567890123456789}]',
      2,
      /card: the number .* has more digits/,
    ],
    ['numbers.csv', 'id,x\na,1\nn-2,1e400\n', 3, /x: the number 1e400 is larger/],
    [
      'digits.csv',
      'id,card\na,1\nn-2,1234567890123456789\n',
      3,
      /card: the number .* more digits.*--csv-text/,
    ],
  ])('a number that cannot be held is an error with row and field: %s', async (file, text, row, sentence) => {
    await writeFile(join(directory, file), text);
    const { exitCode, err, json } = await importFile(file);
    expect([exitCode, err]).toEqual([2, expect.stringMatching(sentence)]);
    expect(err).toContain(`row ${row}`);
    expect(json()).toMatchObject([{ status: 'stopped', row }]);
    expect(await storedAs('n-2')).toEqual([]);
  });

  it('a number that is held stays as it is, however it is written', async () => {
    await writeFile(
      join(directory, 'held.ndjson'),
      '{"id":"held-1","a":9007199254740992,"b":1e300,"c":"1e400 12345678901234567890"}\n',
    );
    expect((await importFile('held.ndjson')).exitCode).toBe(0);
    expect(await storedAs('held')).toMatchObject([
      { custom: { a: 9007199254740992, b: 1e300, c: '1e400 12345678901234567890' } },
    ]);
  });
});
