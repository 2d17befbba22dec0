import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { RunningServer } from '@rollcall/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rollcall, SECRET, startTestServer } from './harness.js';

let server: RunningServer;
let directory: string;

beforeAll(async () => {
  server = await startTestServer();
  directory = await temporaryFolder();
});
afterAll(() => server.close());

/** An address at which nobody listens. */
async function deadUrl(): Promise<string> {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => listener.once('listening', resolve));
  const { port } = listener.address() as { port: number };
  await new Promise(resolve => listener.close(resolve));
  return `http://127.0.0.1:${port}`;
}

describe('an error of the command', () => {
  it.each([['users', 'get', 'jane'], ['import', 'users.ndjson'], ['export'], ['tasks', 'list']])(
    'names the address of a server that does not answer, and comes at once: %s',
    async (...args) => {
      await writeFile(join(directory, 'users.ndjson'), '{"id":"a"}\n');
      const url = await deadUrl();
      const startedAt = performance.now();
      const { exitCode, err } = await rollcall(['--url', url, '--secret', SECRET, ...args], { directory });
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      expect(exitCode).toBe(2);
      expect(err).toMatch(
        new RegExp(
          `error: UNAVAILABLE no answer from ${url}: check that the server runs .* ROLLCALL_URL .*ECONNREFUSED`,
        ),
      );
    },
  );

  it('names the file that cannot be written, by the name that was given', async () => {
    await mkdir(join(directory, 'folder'), { recursive: true });
    const { exitCode, err } = await rollcall(['export', 'nowhere/users.ndjson'], { server, directory });
    expect(exitCode).toBe(2);
    expect(err).toContain(
      'error: INPUT_INVALID nowhere/users.ndjson cannot be written: there is no such file or folder (ENOENT)\n',
    );
    const folder = await rollcall(['export', 'folder'], { server, directory });
    expect(folder.err).toMatch(/error: INPUT_INVALID folder cannot be written: it is a folder/);
  });

  it('says which user of a batch the server refuses', async () => {
    const users = '[{"id":"good"},{"id":"bad","name":5},{"id":"worse","rol":1,"role":"nobody"}]';
    const { exitCode, err } = await rollcall(['users', 'upsert', users], { server });
    expect(exitCode).toBe(2);
    expect(err).toBe(
      'error: INPUT_INVALID name: must be a text, not 5; this is the user bad (user 2 of the batch)\n',
    );
  });

  it.each([
    ['an unknown command', ['exprot'], "unknown command 'exprot' (Did you mean export?)"],
    ['an unknown command of a group', ['users', 'gte'], "unknown command 'gte' (Did you mean get?)"],
    ['an unknown option', ['export', '--flter', '{}'], "unknown option '--flter' (Did you mean --filter?)"],
    ['a missing option', ['sync', 'users.ndjson'], "required option '--missing <what>' not specified"],
    [
      'an option without its value',
      ['bans', 'add', 'jane', '--for'],
      "option '--for <duration>' argument missing",
    ],
    ['a missing argument', ['users', 'update'], "missing required argument 'id'"],
    [
      'a bad argument of an option',
      ['bans', 'add', 'jane', '--for', '60'],
      "option '--for <duration>' argument '60' is invalid. a duration is a number and a unit: 90s, 15m, 1h or 30d",
    ],
    [
      'a choice that an option does not have',
      ['import', 'users.ndjson', '--on-error', 'continue'],
      "option '--on-error <what>' argument 'continue' is invalid. Allowed choices are stop, skip.",
    ],
    [
      'options that exclude each other',
      ['bans', 'add', 'jane', '--for', '1h', '--until', '2099-01-01T00:00:00Z'],
      "option '--for <duration>' cannot be used with option '--until <time>'",
    ],
    [
      'too many arguments',
      ['export', 'one.ndjson', 'two.ndjson'],
      "too many arguments for 'export'. Expected 1 argument but got 2.",
    ],
    ['control characters in a name', ['ex\u001b[31mport'], "unknown command 'ex\ufffd[31mport'"],
  ])('has its code on one line also where the command line is wrong: %s', async (_what, args, message) => {
    const { exitCode, out, err } = await rollcall(args, { server });
    expect(err).toMatch(/^error: [A-Z_]+ .*\n$/);
    expect([exitCode, out, err]).toEqual([2, '', `error: INPUT_INVALID ${message}\n`]);
  });
});
