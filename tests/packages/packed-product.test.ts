/** A product of an operator, written outside the repository as docs/own-products.md says, by the lines of that page. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createServerClient } from '@rollcall/client/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';

const ROOT = join(import.meta.dirname, '../..');
const COMMAND = join(ROOT, 'apps/cli/bin/rollcall.js');
const TYPESCRIPT = '7.0.2';

const run = promisify(execFile);
let project: string;

/** The example, with a bookmark in its table. */
const FILLED = `
import bookmarks from './bookmarks.js';

/** @type {import('@rollcall/core').Product} */
const filled = {
  ...bookmarks,
  migrations: [
    ...(bookmarks.migrations ?? []),
    {
      timestamp: Date.UTC(2026, 8, 2),
      name: 'Filled',
      async up(run) {
        await run("INSERT INTO bookmarks (id, user_id, url, created_at) VALUES ('b-1', 'jane', 'https://example.com', 1)");
      },
    },
  ],
};
export { filled as default };
`;

/** The text of the block of the page in a language. */
async function blockOf(language: string): Promise<string> {
  const page = await readFile(join(ROOT, 'docs/own-products.md'), 'utf8');
  const [, block] = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page) ?? [];
  return block ?? '';
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'rollcall-product-'));
  const lines = (await blockOf('sh')).split('\n').filter(line => line !== '' && !line.startsWith('#'));
  const [pack = '', install = ''] = lines;
  await run('sh', ['-c', pack.replace('../our-product', project)], { cwd: ROOT });
  await writeFile(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const wanted = install.replace(' typescript ', ` typescript@${TYPESCRIPT} `);
  expect([lines.length, wanted]).toEqual([2, expect.stringContaining(TYPESCRIPT)]);
  await run('sh', ['-c', `${wanted} --prefer-offline --no-audit --no-fund`], { cwd: project });
  await copyFile(join(ROOT, 'examples/bookmarks/bookmarks.js'), join(project, 'bookmarks.js'));
  await writeFile(join(project, 'filled.js'), FILLED);
  await writeFile(join(project, 'tsconfig.json'), await blockOf('json'));
});

afterAll(() => rm(project, { recursive: true, force: true }));

const check = async () => {
  const compiler = join(project, 'node_modules/typescript/bin/tsc');
  return (await run(process.execPath, [compiler], { cwd: project }).catch(error => error)).stdout;
};

it('type-checks strictly in an empty folder, library types included, and its types say something', async () => {
  expect(await check()).toBe('');
  const wrong = `/** @type {import('@rollcall/core').Product} */\nexport const product = { name: 7 };\n`;
  await writeFile(join(project, 'wrong.js'), wrong);
  expect(await check()).toContain(
    "wrong.js(2,26): error TS2322: Type 'number' is not assignable to type 'string'",
  );
  await rm(join(project, 'wrong.js'));
});

it('is loaded by a path from the folder, with the core of the server and not with the one installed there', async () => {
  const installed = join(project, 'node_modules/@rollcall/core/dist/index.js');
  await writeFile(installed, "throw new Error('a second core');");
  const env = { PATH: process.env.PATH, ROLLCALL_PRODUCTS: './filled.js' };
  const { stdout } = await run(process.execPath, [COMMAND, 'check-config'], { cwd: project, env });
  expect(stdout).toMatch(/^ROLLCALL_PRODUCTS +\.\/filled\.js$/m);
});

it('follows a user of the server that was started with it', async () => {
  const databaseUrl = `sqlite:${await temporaryFolder()}/data.sqlite`;
  const env = { ROLLCALL_PRODUCTS: join(project, 'filled.js') };
  const server = await startServerProcess({ databaseUrl, env });
  const client = createServerClient({ url: server.url, secret: SECRET });
  try {
    await client.upsertUsers([{ id: 'jane' }]);
    const { products } = await client.previewDeleteUsers(['jane'], { user: 'soft', messages: 'soft' });
    expect(products.bookmarks).toEqual({ bookmarks: 1 });
  } finally {
    await client.disconnect();
    expect(await server.stop()).toBe(0);
  }
});
