import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { refuseFaultyDriver } from './driver-fault.js';
import { betterSqlite3Binary } from './sqlite-sources.js';

let folder: string;
let faulty: string;
let sound: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'driver-'));
  faulty = join(folder, 'faulty.node');
  sound = join(folder, 'sound.node');
  const hook = (name: string) => `_ZN4node${name.length}${name}EPN2v87IsolateEPFvPvES3_\0`;
  await writeFile(sound, `\x7fELF\0${hook('AddEnvironmentCleanupHook')}`);
  await writeFile(
    faulty,
    `\x7fELF\0${hook('AddEnvironmentCleanupHook')}${hook('RemoveEnvironmentCleanupHook')}`,
  );
});

afterEach(() => rm(folder, { recursive: true }));

it.each(['v24.0.0', 'v24.18.1', 'v24.19.0', 'v24.21.0'])(
  'refuses a binary that would abort the process on %s, and says what to do',
  async node => {
    const refusal = expect(refuseFaultyDriver(faulty, node)).rejects;
    await refusal.toMatchObject({ code: 'UNAVAILABLE', unrecoverable: true });
    await expect(refuseFaultyDriver(faulty, node)).rejects.toThrow(
      /Node v24\.\d+\.\d would abort.*use Node 24\.22 or newer, or Node 22, or the driver of sqlite:<file>/,
    );
  },
);

it.each([
  ['a binary with older headers', 'v24.21.0', () => sound],
  ['a binary with any headers on a Node without the fault', 'v24.22.0', () => faulty],
  ['a binary of another line of Node', 'v22.23.3', () => faulty],
  ['a binary that is not there, of which the driver speaks itself', 'v24.21.0', () => join(folder, 'none')],
])('takes %s', async (_, node, binary) => {
  await expect(refuseFaultyDriver(binary(), node)).resolves.toBeUndefined();
});

it('finds the binary of the driver that is installed', async () => {
  // Every binary of it names the module that it is.
  expect((await readFile(betterSqlite3Binary())).includes('better_sqlite3')).toBe(true);
});
