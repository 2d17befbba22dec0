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
});
