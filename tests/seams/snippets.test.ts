/** The TypeScript that pages show compiles as it stands there, and that of the first page runs. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { temporaryFolder } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { trackedFiles } from '../repo/tracked-files.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { moduleOf, PAGES, type Snippet, snippetsOf } from '../support/snippets.js';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMPILER_OPTIONS = {
  strict: true,
  target: 'ES2022',
  module: 'NodeNext',
  lib: ['ES2022', 'DOM'],
  types: ['node'],
  jsx: 'react-jsx',
};

/** An empty project of a reader, in which the packages are installed. */
let folder: string;
let server: ServerProcess;
let backEnd: ServerClient;

beforeAll(async () => {
  folder = await temporaryFolder();
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  server = await startServerProcess();
  backEnd = createServerClient({ url: server.url, secret: SECRET });
});

afterAll(async () => {
  await backEnd?.disconnect();
  await server?.stop();
});

const nameOf = ({ page, line }: Snippet) => `${page.replaceAll('/', '_')}-${line}`;

/** The beginning of a piece of TypeScript, also where it is indented or marked otherwise. */
const FENCE = /^[ \t>]*(?:`{3,}|~{3,})[ \t]*(?:ts|tsx|mts|cts|typescript)\b/gim;

it('no page that shows TypeScript is left out, and no piece of it', async () => {
  const shown = trackedFiles()
    .filter(({ path }) => path.endsWith('.md'))
    .map(({ path, text }) => [path, [...text.matchAll(FENCE)].length] as const)
    .filter(([, pieces]) => pieces > 0);
  const tried = Object.keys(PAGES).map(async page => [page, (await snippetsOf(page)).length] as const);
  expect(Object.fromEntries(await Promise.all(tried))).toEqual(Object.fromEntries(shown));
});

it('every snippet compiles in strict TypeScript', async () => {
  const snippets = (await Promise.all(Object.keys(PAGES).map(snippetsOf))).flat();
  expect(snippets.length).toBeGreaterThanOrEqual(12);
  for (const snippet of snippets) {
    await writeFile(join(folder, `${nameOf(snippet)}.${snippet.jsx ? 'tsx' : 'ts'}`), moduleOf(snippet));
  }
  const config = { compilerOptions: COMPILER_OPTIONS, include: ['*.ts', '*.tsx'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const errors = await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder }).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
  expect(errors).toBe('');
});

/** What the program of a reader does where a snippet uses it; it ends with the first event. */
const GIVEN = `
  Object.assign(globalThis, {
    people: [{ id: 'john' }],
    lastEventId: undefined,
    save: id => { console.log('saved', id); process.exit(0); },
    render: user => { console.log('rendered', user.id); process.exit(0); },
    fetchTokenFromYourBackEnd: async () => process.env.TOKEN,
  });`;

it('what the README shows runs beside a server that was just started', async () => {
  await writeFile(join(folder, 'given.js'), GIVEN);
  await mkdir(join(folder, 'data'));
  await writeFile(join(folder, 'data/rollcall.secret'), `${SECRET}\n`);
  const [ofBackEnd, ofBrowser] = (await snippetsOf('README.md')) as [Snippet, Snippet];
  const runs = async (snippet: Snippet, token: string) => {
    const file = join(folder, `${nameOf(snippet)}.js`);
    const text = await readFile(file, 'utf8');
    expect(text).toContain('http://localhost:4600');
    await writeFile(file, text.replace('http://localhost:4600', server.url));
    const ended = run(process.execPath, ['--import', './given.js', file], {
      cwd: folder,
      env: { ...process.env, TOKEN: token },
    });
    let over = false;
    const changing = (async () => {
      for (let change = 0; !over; change++) {
        await backEnd.upsertUsers([{ id: 'kim', teams: ['red'], change }]);
        await new Promise(resolve => setTimeout(resolve, 200));
      }
    })();
    const { stdout } = await ended.finally(() => {
      over = true;
    });
    await changing;
    return stdout;
  };
  const token = await backEnd.createToken('jane');
  expect(await runs(ofBackEnd, token)).toMatch(/^saved [0-9a-f]+\.\d+$/m);
  const { task_id } = await backEnd.reactivateUsers(['jane', 'john']);
  await backEnd.waitForTask(task_id);
  expect(await runs(ofBrowser, token)).toMatch(/^rendered kim$/m);
});
