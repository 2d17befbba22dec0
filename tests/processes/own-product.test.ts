import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshSeamDatabase, SEAM_PROCESSES } from '../support/processes/seam-engine.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';

const EXAMPLE = new URL('../../examples/bookmarks/bookmarks.js', import.meta.url).href;
const BOOKMARKS = 300;

let process: ServerProcess;
let server: ServerClient;
let databaseUrl: string;

/** An operator's module: the example, with bookmarks in its table already. */
const MODULE = `
import bookmarks from '${EXAMPLE}';

const filled = {
  timestamp: Date.UTC(2026, 8, 2),
  name: 'Filled',
  async up(run) {
    for (let number = 0; number < ${BOOKMARKS}; number++) {
      await run(\`INSERT INTO bookmarks (id, user_id, url, created_at)
        VALUES ('b-\${number}', 'jane', 'https://example.com/\${number}', \${number + 1})\`);
    }
  },
};

const makeProduct = async () => ({ ...bookmarks, migrations: [...bookmarks.migrations, filled] });
export { makeProduct as default };
`;

async function start(products: string): Promise<void> {
  process = await startServerProcess({
    databaseUrl,
    processes: SEAM_PROCESSES,
    env: { ROLLCALL_PRODUCTS: products },
  });
  server = createServerClient({ url: process.url, secret: SECRET });
}

async function stop(): Promise<void> {
  await server.disconnect();
  expect(await process.stop()).toBe(0);
}

let module: string;

beforeEach(async () => {
  const folder = await temporaryFolder();
  module = join(folder, 'bookmarks.mjs');
  databaseUrl = await freshSeamDatabase();
  await writeFile(module, MODULE);
  await start(module);
  await server.upsertUsers([{ id: 'jane' }]);
});

afterEach(stop);

const bookmarks = async () => (await server.exportUser('jane')).records.bookmark ?? [];
const outcome = async ({ task_id }: { task_id: string }) =>
  Object.values((await server.waitForTask(task_id)).result?.users ?? {})[0];
const everyBookmark = { status: 'done', details: { bookmarks: { bookmarks: BOOKMARKS } } };

it("an operator's own product follows a user through deactivation, deletion and return", async () => {
  const before = await bookmarks();
  expect(before).toHaveLength(BOOKMARKS);
  expect(await outcome(await server.deactivateUsers(['jane'], { mark_messages_deleted: true }))).toEqual(
    everyBookmark,
  );
  expect((await bookmarks()).every(one => one.deleted_at !== undefined)).toBe(true);
  expect(await outcome(await server.reactivateUsers(['jane'], { restore_messages: true }))).toEqual(
    everyBookmark,
  );
  const soft = { user: 'soft', messages: 'soft' } as const;
  expect((await server.previewDeleteUsers(['jane'], soft)).products).toEqual(everyBookmark.details);
  expect(await outcome(await server.deleteUsers(['jane'], soft))).toEqual(everyBookmark);
  expect(await outcome(await server.restoreUsers(['jane'], { restore_content: true }))).toEqual(
    everyBookmark,
  );
  expect(await bookmarks()).toEqual(before);
  const hard = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
  expect(await outcome(await server.deleteUsers(['jane'], hard))).toEqual(everyBookmark);
});

it('its tables are made once, and a server without it starts on the same data', async () => {
  await stop();
  await start('');
  expect(await bookmarks()).toEqual([]);
  await stop();
  await start(module);
  expect(await bookmarks()).toHaveLength(BOOKMARKS);
});

it('a module far from Rollcall gets the core that the server runs with, also where another one stands beside it', async () => {
  await stop();
  const folder = await temporaryFolder();
  await copyFile(new URL(EXAMPLE), join(folder, 'bookmarks.js'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await start(join(folder, 'bookmarks.js'));
  expect(await outcome(await server.deleteUsers(['jane'], { user: 'soft', messages: 'soft' }))).toEqual(
    everyBookmark,
  );
  await stop();
  const other = join(folder, 'node_modules/@rollcall/core');
  await mkdir(other, { recursive: true });
  await writeFile(join(other, 'package.json'), '{ "type": "module", "exports": "./core.js" }');
  await writeFile(join(other, 'core.js'), "throw new Error('another core');");
  await start(join(folder, 'bookmarks.js'));
  expect(await outcome(await server.restoreUsers(['jane'], { restore_content: true }))).toEqual(
    everyBookmark,
  );
});

it('a module that is not there keeps the server from starting, with one line that names it', async () => {
  await stop();
  const failure = await start('./no-such-product.js').catch((error: Error) => error.message);
  expect(failure).toMatch(
    /^error: INPUT_INVALID ROLLCALL_PRODUCTS: the module "\.\/no-such-product\.js" cannot be used: .+$/m,
  );
  expect(failure).not.toContain('    at ');
  await start(module);
});
