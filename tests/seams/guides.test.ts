/** Everything that the guides show runs, in the order of the page, and does what the guide says. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient, type User } from '@rollcall/client/server';
import { freshDatabaseUrl } from '@rollcall/testing';
import { beforeAll, expect, it } from 'vitest';
import { trackedFiles } from '../repo/tracked-files.js';
import { Guide } from '../support/guide.js';
import { runCli } from '../support/processes/run-cli.js';
import { SECRET, startServerProcess } from '../support/processes/server-process.js';
import { makeReaderProject, nameOf, type ReaderProject } from '../support/reader-project.js';
import { PAGES, snippetsOf } from '../support/snippets.js';
import { until } from '../support/until.js';

const find = async ({ backEnd }: Guide, id: string) => (await backEnd.queryUsers({ id })).users[0];

/** What each guide is tried with. */
const GUIDES: Record<string, (guide: Guide) => Promise<void>> = {
  'onboard-lazily': async guide => {
    const afterwards = "console.log(await shown.tokenOf({ userId: 'jane' }));";
    const token = (await guide.run(0, { afterwards })).trim();
    expect(token.split('.')).toHaveLength(3);
    const browser = await guide.start(1, { given: `globalThis.fetchToken = async () => '${token}';` });
    await browser.printed(/^Jane user tea$/m);
    await guide.run(2);
    await browser.printed(/^admin \[ 'red' \]$/m);
    await browser.stop();
  },

  'sync-in-bulk': async guide => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    const write = (count: number) => {
      const lines = ids(count).map(id => JSON.stringify({ number: `${id}`, full_name: `P ${id}` }));
      return writeFile(join(guide.project.folder, 'people.ndjson'), lines.join('\n'));
    };
    const given = `import { people } from './${nameOf(guide.piece('ts', 0))}.js'; globalThis.people = people;`;
    await guide.backEnd.upsertUser({ id: 'a-guest' });
    await write(40);
    expect(await guide.run(0)).toBe('');
    const imported = await guide.run(1, { given });
    expect(imported).toContain('{ created: 40, updated: 0, unchanged: 0, failed: 0 }');
    await write(39);
    expect(await guide.run(2, { given })).toContain('0 new, 0 changed, 1 gone');
    const rows = ids(38).map(id => `staff-${id},P ${id},staff`);
    await writeFile(join(guide.project.folder, 'staff.csv'), ['id,name,source', ...rows].join('\n'));
    await guide.shell(0).ended;
    const { users } = await guide.backEnd.queryUsers(
      { deactivated_at: { $exists: true } },
      [{ field: 'id', direction: 1 }],
      { include_deactivated_users: true },
    );
    expect(users.map(user => user.id)).toEqual(['staff-39', 'staff-40']);
  },

  'stay-in-sync': async guide => {
    const pass = (name: string) =>
      guide.run(0, { afterwards: `await shown.passOn({ id: 'jane', name: '${name}' });` });
    await pass('Jane');
    await guide.backEnd.partialUpdateUser({ id: 'jane', set: { role: 'admin', book: 'dune' } });
    await pass('Jane Doe');
    const expected = { name: 'Jane Doe', role: 'admin', custom: { book: 'dune' } };
    expect(await find(guide, 'jane')).toMatchObject(expected);
    const books = ['a', 'b', 'c', 'd', 'e'];
    const afterwards = `await Promise.all(${JSON.stringify(books)}.map(book => shown.addBook('jane', book)));`;
    await guide.run(1, { afterwards });
    const { custom } = (await find(guide, 'jane')) as User;
    expect((custom.books as string[]).sort()).toEqual(books);
  },

  'listen-and-resume': async guide => {
    const given = `
      import { existsSync, readFileSync, writeFileSync } from 'node:fs';
      globalThis.load = async () => existsSync('position') ? readFileSync('position', 'utf8') : undefined;
      globalThis.store = async ({ user, gone, position }) => {
        writeFileSync('position', position);
        console.log(gone ? 'gone' : 'stored', user.id);
      };
      globalThis.show = user => console.log('shown', user.id);
      globalThis.hide = id => console.log('hidden', id);`;
    await guide.backEnd.upsertUsers([{ id: 'ann' }, { id: 'ben' }]);
    const first = await guide.start(0, { given });
    await first.printed(/^stored ann\nstored ben\n$/);
    await guide.backEnd.upsertUser({ id: 'carl' });
    await first.printed(/^stored carl$/m);
    await first.stop();
    await guide.backEnd.upsertUser({ id: 'dora' });
    await guide.backEnd.deleteUser('ann');
    const second = await guide.start(0, { given });
    await second.printed(/^stored dora\ngone ann\n$/);
    await second.stop();

    const listener = await guide.start(1, { given });
    // It hears what happens from now on, so the first changes may be too early for it.
    let round = 0;
    await until('the listener has begun', async () => {
      round += 1;
      await guide.backEnd.partialUpdateUser({ id: 'ben', set: { teams: ['red'], round } });
      return listener.output().includes('shown ben');
    });
    await guide.backEnd.partialUpdateUser({ id: 'ben', set: { teams: ['blue'] } });
    await listener.printed(/^hidden ben$/m);
    await listener.stop();
  },

  'delete-a-person': async guide => {
    const { chat } = guide.backEnd;
    await guide.backEnd.upsertUsers([{ id: 'jane', name: 'Jane' }, { id: 'john' }]);
    const { channel } = await chat.createChannel({ type: 'room', members: ['john'], user_id: 'jane' });
    await chat.sendMessage({ cid: channel.cid, text: 'tea?', user_id: 'jane' });
    expect(await guide.run(0)).toMatch(/\bmessages: 1\b/);
    expect(await guide.run(1)).toBe('Jane 1\n');
    expect(await guide.run(2)).toMatch(/^completed \{\s+'deleted-[0-9a-f]{32}': \{\s*status: 'done'/);
    const { users } = await guide.backEnd.queryUsers({}, [], { include_deleted_users: true });
    expect(users.map(user => user.name)).not.toContain('Jane');
    await expect(guide.backEnd.upsertUser({ id: 'jane' })).rejects.toMatchObject({ code: 'USER_DELETED' });
  },

  'unique-names': async guide => {
    await guide.backEnd.upsertUsers([
      { id: 'john', name: 'John Doe' },
      { id: 'johnny', name: 'john.\u200bdoe' },
      { id: 'jane' },
    ]);
    await guide.run(0);
    const given = 'globalThis.show = text => console.log(text);';
    const afterwards =
      "console.log(await shown.rename('JOHN DOE'), await shown.rename('Jane')); process.exit();";
    expect(await guide.run(1, { given, afterwards, as: 'jane' })).toBe('JOHN DOE is taken.\nfalse true\n');
    expect(await guide.run(2)).toBe("johndoe [ 'john', 'johnny' ]\n");
  },

  'private-fields': async guide => {
    await guide.run(0);
    const afterwards = 'process.exit();';
    expect(await guide.run(1, { as: 'john', afterwards })).toBe("{ contact: { city: 'Rome' } }\n");
    expect(await guide.run(1, { as: 'jane', afterwards })).toContain('jane@example.com');
  },

  'to-postgresql': async guide => {
    await guide.backEnd.upsertUser({ id: 'jane', name: 'Jane' });
    const target = await freshDatabaseUrl('postgres');
    const replaced = { 'postgres://localhost/rollcall': target };
    const copy = guide.shell(0, replaced);
    await copy.printed(/"stage":"waiting"/);
    expect(await guide.server.stop()).toBe(0);
    expect(await copy.ended).toContain('"finished":true');
    expect(await guide.shell(1, replaced).ended).toMatch(/^ROLLCALL_DATABASE_URL +postgres/m);
    const moved = await startServerProcess({ databaseUrl: target });
    try {
      const { stdout } = await runCli(moved.url, ['users', 'get', 'jane']);
      expect(JSON.parse(stdout)).toMatchObject({ id: 'jane', name: 'Jane' });
    } finally {
      await moved.stop();
    }
  },

  agents: async guide => {
    await guide.backEnd.upsertUsers([{ id: 'jane', role: 'admin' }, { id: 'john' }]);
    const modes = "{ ids: ['john'], user: 'soft' }";
    const remove = (input: string) => `shown.ask('delete_users', ${input})`;
    await guide.shell(0).ended;
    const refused = `console.log(await ${remove(modes)}.catch(({ message }) => message));`;
    const reads = await guide.run(0, { afterwards: `${refused} process.exit();` });
    expect(reads).toMatch(/^\{ count: 1, more: false \}\n/m);
    expect(reads).toMatch(/delete_users not found\n$/);
    await guide.shell(1).ended;
    const file = join(guide.project.folder, 'agent.json');
    expect((await stat(file)).mode & 0o077, 'nobody else reads the token').toBe(0);
    const afterwards = `
      const { changed, preview, confirmation } = await ${remove(modes)};
      console.log(changed, preview.count);
      const again = await ${remove(modes.replace('}', ', confirmation }'))};
      console.log(again.changed);
      process.exit();`;
    expect(await guide.run(0, { afterwards })).toMatch(/^false 1\ntrue\n$/m);
    await until('john is deleted', async () => (await find(guide, 'john')) === undefined);
  },

  'write-a-product': async guide => {
    const notes = 250;
    await guide.write(0, 'notes.mjs');
    expect(await guide.shell(0).ended).toMatch(/^ROLLCALL_PRODUCTS +\.\/notes\.mjs$/m);
    const filled = `import notes from './notes.mjs';
      const up = async run => {
        for (let note = 0; note < ${notes}; note++) {
          await run(\`INSERT INTO notes VALUES ('n-\${note}', 'jane', 'word', \${${notes} - note})\`);
        }
      };
      const migrations = [...notes.migrations, { timestamp: Date.UTC(2026, 8, 2), name: 'Filled', up }];
      const product = { ...notes, migrations };
      export { product as default };`;
    const module = join(guide.project.folder, 'filled.mjs');
    await writeFile(module, filled);
    const server = await startServerProcess({ env: { ROLLCALL_PRODUCTS: module } });
    const backEnd = createServerClient({ url: server.url, secret: SECRET });
    try {
      await backEnd.upsertUser({ id: 'jane' });
      expect(await guide.run(0, {}, server.url)).toBe(`{ notes: ${notes} }\n${notes}\n`);
      const times = (await backEnd.exportUser('jane')).records.note?.map(note => note.created_at);
      expect(times).toEqual(Array.from({ length: notes }, (_, index) => index + 1));
      const modes = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
      const { result } = await backEnd.waitForTask((await backEnd.deleteUser('jane', modes)).task_id);
      expect(Object.values(result?.users ?? {})).toMatchObject([
        { status: 'done', details: { notes: { notes } } },
      ]);
    } finally {
      await backEnd.disconnect();
      await server.stop();
    }
  },

  'move-from-a-hosted-service': async guide => {
    expect(await guide.run(0)).toBe('2 undefined\ncompleted\n');
    expect(await find(guide, 'jane')).toMatchObject({
      blocked_user_ids: ['john'],
      devices: [{ id: 'a-push-token' }],
      custom: { shelf: { colour: 'red' } },
    });
  },
};

/** Guides whose code runs in a page: `tests/browser/react-app.test.ts` tries it. */
const IN_A_BROWSER = ['react'];

let project: ReaderProject;

beforeAll(async () => {
  project = await makeReaderProject();
  const pages = Object.keys(PAGES).filter(page => page.startsWith('docs/guides/'));
  const snippets = await Promise.all(pages.map(page => snippetsOf(page)));
  expect(await project.compile(snippets.flat())).toBe('');
});

it('every page of the guides is tried here, and the index leads to each', () => {
  const pages = trackedFiles().filter(({ path }) => /^docs\/guides\/.*\.md$/.test(path));
  const names = pages.map(({ path }) => path.slice('docs/guides/'.length, -'.md'.length));
  const all = [...Object.keys(GUIDES), ...IN_A_BROWSER];
  expect(names.filter(name => name !== 'README')).toEqual(all.sort());
  const index = pages.find(({ path }) => path.endsWith('/README.md'))?.text;
  for (const name of all) expect(index).toContain(`](${name}.md)`);
});

it.each(Object.entries(GUIDES))(
  'what %s shows runs, all of it, and does what it says',
  async (name, tries) => {
    // The way to PostgreSQL begins on the embedded database, in the folder that the page names.
    const databaseUrl =
      name === 'to-postgresql' ? `sqlite:${join(project.folder, 'data/rollcall.sqlite')}` : undefined;
    const guide = await Guide.open(`docs/guides/${name}.md`, project, databaseUrl);
    try {
      await tries(guide);
      expect([...guide.left]).toEqual([]);
    } finally {
      await guide.close();
    }
  },
);
