/** The commands and the program of docs/http-api.md run as they stand there. */
import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../repo/tracked-files.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

const run = promisify(execFile);
const has = (program: string) => spawnSync(program, ['--version']).status === 0;

let server: ServerProcess;
let backEnd: ServerClient;
let env: NodeJS.ProcessEnv;
let page: string;

beforeAll(async () => {
  server = await startServerProcess();
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  const { PATH } = process.env;
  env = { PATH, URL: server.url, TOKEN: await backEnd.createServerToken() };
  page = await readFile(join(ROOT, 'docs/http-api.md'), 'utf8');
});
afterAll(async () => {
  await backEnd?.disconnect();
  await server?.stop();
});

const pieces = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, text = '']) => text,
  );

describe('the page about the HTTP API', () => {
  it.skipIf(!has('curl'))('shows commands that do what it says', async () => {
    const answers: string[] = [];
    for (const command of pieces('sh')) {
      const { stdout } = await run('sh', ['-e', '-c', command], { env });
      answers.push(stdout);
    }
    const [written, many, read, deleted, bought = '', heard] = answers;
    expect(JSON.parse(written ?? '')).toMatchObject({ id: 'jane', role: 'admin', custom: { book: 'dune' } });
    expect(JSON.parse(many ?? '')).toMatchObject({ users: { john: {}, joan: { teams: ['red'] } } });
    expect(read).toMatch(/"id":"jane".*\{"users":\[\{"id":"joan"/s);
    expect(deleted).toMatch(
      /^HTTP\/1\.1 202 .*\r\nlocation: \/api\/tasks\/[0-9a-f-]{36}\r\n.*"type":"users\.delete"/is,
    );
    const once = bought.slice(0, bought.length / 2);
    expect([bought, JSON.parse(once)]).toMatchObject([once + once, { verb: 'buy', actor: { id: 'jane' } }]);
    expect(heard).toMatch(/^:\n\nid: \w+\.\d+\n\n/);
    expect(answers).toHaveLength(6);
  });

  it.skipIf(!has('python3'))('shows a program in Python that does what it says', async () => {
    await backEnd.upsertUsers([{ id: 'jane', book: 'dune' }]);
    const [program = '', ...more] = pieces('py');
    expect(more).toEqual([]);
    const { stdout } = await run('python3', ['-c', program], { env });
    expect(stdout).toMatch(/^412 REVISION_CONFLICT .*\n$/);
    const { users } = await backEnd.queryUsers({ id: 'jane' });
    expect(users[0]?.custom).toEqual({ shelf: { colour: 'red' } });
  });
});
