/** An app as Vite serves it while somebody writes it: that of the guide, and one whose component is edited while it runs. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freePort, temporaryFolder } from '@rollcall/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { ROOT } from '../support/repository-copy.js';
import { snippetsOf } from '../support/snippets.js';
import { until } from '../support/until.js';
import { launchBrowser } from './browser-pages.js';

const GUIDE = 'docs/guides/react.md';

const run = promisify(execFile);

let server: ServerProcess;
let backEnd: ServerClient;
let browser: Browser;

beforeAll(async () => {
  server = await startServerProcess({
    env: { ROLLCALL_ALLOWED_ORIGINS: 'localhost', NODE_ENV: 'development' },
  });
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await backEnd?.disconnect();
  await server?.stop();
});

const INDEX = '<!doctype html><div id="root"></div><script type="module" src="/src/main.tsx"></script>';

// What it makes of packages stays in the folder of the app.
const CONFIG =
  "import react from '@vitejs/plugin-react'; export default { plugins: [react()], cacheDir: './.vite', server: { fs: { strict: false } } };";

let vite: ChildProcess | undefined;

afterEach(async () => {
  // All of its group: a command of npm starts others, and they would go on without it.
  if (vite?.pid && vite.exitCode === null) {
    process.kill(-vite.pid, 'SIGTERM');
    await once(vite, 'exit');
  }
  vite = undefined;
});

/** Starts an app with these files in `src`, and opens it. */
async function openApp(
  sources: Record<string, string>,
): Promise<{ folder: string; page: Page; sockets(): number }> {
  const folder = await temporaryFolder();
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(folder, 'src'));
  const files = { 'package.json': '{"type":"module"}', 'index.html': INDEX, 'vite.config.js': CONFIG };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  for (const [name, text] of Object.entries(sources)) await writeFile(join(folder, 'src', name), text);
  const port = String(await freePort());
  const bin = join(ROOT, 'node_modules/vite/bin/vite.js');
  vite = spawn(process.execPath, [bin, '--host', '127.0.0.1', '--port', port, '--strictPort'], {
    cwd: folder,
    stdio: 'ignore',
    detached: true,
  });
  const url = `http://127.0.0.1:${port}/`;
  await until('Vite answers', async () => (await fetch(url).catch(() => undefined))?.ok === true);
  const page = await (await browser.newContext()).newPage();
  let sockets = 0;
  page.on('websocket', socket => {
    if (socket.url().includes(new URL(server.url).host)) sockets += 1;
  });
  await page.goto(url);
  return { folder, page, sockets: () => sockets };
}

const textOf = async (page: Page) => (await page.textContent('#root').catch(() => '')) ?? '';

/** The pieces of the guide, in the order of the page, each of which has to be used. */
async function piecesOfGuide() {
  const [shell, code] = await Promise.all([snippetsOf(GUIDE, 'sh'), snippetsOf(GUIDE)]);
  const fences = (await readFile(join(ROOT, GUIDE), 'utf8')).match(/^ *(?:`{3,}|~{3,})/gm)?.length;
  expect({ shell: shell.length, code: code.length, fences }).toEqual({ shell: 2, code: 2, fences: 8 });
  const [make, start] = shell.map(piece => piece.code) as [string, string];
  const [main, ownUsers] = code.map(piece => piece.code) as [string, string];
  return { make, start, main, ownUsers };
}

it('the steps of the guide lead from nothing to live users with their presence, in fewer than 15 lines', async () => {
  const { make, start, main, ownUsers } = await piecesOfGuide();
  expect(main.split('\n').filter(line => line.trim() !== '').length).toBeLessThan(15);
  await backEnd.upsertUsers([{ id: 'ann', name: 'Ann' }]);
  const begun = performance.now();
  const seconds = () => ((performance.now() - begun) / 1000).toFixed(1);

  // What npm has fetched before stays where it is, and nobody is there to say yes.
  const home = await temporaryFolder();
  const { stdout: cache } = await run('npm', ['config', 'get', 'cache'], { cwd: home });
  const env = { ...process.env, HOME: home, npm_config_cache: cache.trim(), npm_config_yes: 'true' };
  await run('sh', ['-ec', make], { cwd: ROOT, env });
  console.info(`the guide: the app is made and installed after ${seconds()} s`);
  const folder = join(home, 'my-app');
  const here = main.replace('http://localhost:4600', server.url);
  expect(here).toContain(server.url);
  await writeFile(join(folder, 'src/main.tsx'), here);
  vite = spawn('sh', ['-ec', `exec ${start}`], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let printed = '';
  vite.stdout?.setEncoding('utf8').on('data', text => {
    printed += text;
  });
  const address = () => /http:\/\/localhost:\d+/.exec(stripVTControlCharacters(printed))?.[0];
  await until('Vite prints its address', () => address() !== undefined);
  const page = await (await browser.newContext()).newPage();
  await page.goto(address() ?? '');
  await until('the users', async () => (await textOf(page)).includes('○ Ann'));
  await until('the visitor itself', async () => (await textOf(page)).includes('● A visitor'));
  await backEnd.partialUpdateUser({ id: 'ann', set: { name: 'Annie' } });
  await until('the new name', async () => (await textOf(page)).includes('○ Annie'));
  console.info(`the guide: users are live after ${seconds()} s`);

  const token = await backEnd.createToken('jane');
  const own = `const fetchToken = async () => '${token}';\n${here.replace(/^const app = .*\n/m, () => ownUsers)}`;
  expect(own).not.toContain('guest');
  await writeFile(join(folder, 'src/main.tsx'), own);
  await until('the own user', async () => (await textOf(page)).includes('● Jane'));
  await page.context().close();
  // What the template checks before it builds: the types, and the whole app.
  await run('npm', ['run', 'build'], { cwd: folder, env });
});

const CLIENT = (url: string) =>
  `import { createClient } from '@rollcall/client'; export const client = createClient({ url: '${url}' });`;

const MAIN = `
  import { StrictMode } from 'react';
  import { createRoot } from 'react-dom/client';
  import { App } from './app.js';
  globalThis.loaded = (globalThis.loaded ?? 0) + 1;
  createRoot(document.getElementById('root')).render(<StrictMode><App /></StrictMode>);`;

const APP = (token: string, words: string) => `
  import { RollcallProvider, useMe } from '@rollcall/react';
  import { client } from './client.js';
  function Me() { return <p>${words} {useMe().data?.name}</p>; }
  export function App() {
    return <RollcallProvider client={client} user={{ id: 'eve' }} token="${token}"><Me /></RollcallProvider>;
  }`;

it('a component that is edited while the app runs is replaced, and the connection stays', async () => {
  await backEnd.upsertUsers([{ id: 'eve', name: 'Eve' }]);
  const token = await backEnd.createToken('eve');
  const { folder, page, sockets } = await openApp({
    'client.ts': CLIENT(server.url),
    'main.tsx': MAIN,
    'app.tsx': APP(token, 'first'),
  });
  await until('it is there', async () => (await textOf(page)) === 'first Eve');
  for (const words of ['second', 'third']) {
    let savedMs = 0;
    await until(words, async () => {
      // Vite misses what is saved while it still reads what was saved before: then one saves again.
      if (Date.now() - savedMs > 2_000) {
        await writeFile(join(folder, 'src/app.tsx'), APP(token, words));
        savedMs = Date.now();
      }
      return (await textOf(page)) === `${words} Eve`;
    });
  }
  await new Promise(resolve => setTimeout(resolve, 500));
  expect(await page.evaluate(() => (globalThis as { loaded?: number }).loaded)).toBe(1);
  expect(sockets()).toBe(1);
  await backEnd.partialUpdateUser({ id: 'eve', set: { name: 'Evelyn' } });
  await until('the new name', async () => (await textOf(page)) === 'third Evelyn');
  await page.context().close();
});
