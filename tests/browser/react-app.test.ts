/** An app as Vite serves it while somebody writes it: that of the guide, and one whose component is edited while it runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freePort, temporaryFolder } from '@rollcall/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { ROOT } from '../support/repository-copy.js';
import { snippetsOf } from '../support/snippets.js';
import { until } from '../support/until.js';
import { launchBrowser } from './browser-pages.js';

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
  if (vite?.kill('SIGTERM')) await once(vite, 'exit');
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

it('the app of the guide, fewer than 15 lines, shows users live, with their presence', async () => {
  const [guide] = await snippetsOf('docs/react.md');
  const lines = guide?.code.split('\n').filter(line => line.trim() !== '') ?? [];
  expect(lines.length).toBeLessThan(15);
  await backEnd.upsertUsers([{ id: 'ann', name: 'Ann' }]);
  const code = guide?.code.replace('http://localhost:4600', server.url) ?? '';
  expect(code).toContain(server.url);
  const { page } = await openApp({ 'main.tsx': code });
  await until('the users', async () => (await textOf(page)).includes('○ Ann'));
  await until('the visitor itself', async () => (await textOf(page)).includes('● A visitor'));
  await backEnd.partialUpdateUser({ id: 'ann', set: { name: 'Annie' } });
  await until('the new name', async () => (await textOf(page)).includes('○ Annie'));
  await page.context().close();
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
    await writeFile(join(folder, 'src/app.tsx'), APP(token, words));
    await until(words, async () => (await textOf(page)) === `${words} Eve`);
  }
  await new Promise(resolve => setTimeout(resolve, 500));
  expect(await page.evaluate(() => (globalThis as { loaded?: number }).loaded)).toBe(1);
  expect(sockets()).toBe(1);
  await backEnd.partialUpdateUser({ id: 'eve', set: { name: 'Evelyn' } });
  await until('the new name', async () => (await textOf(page)) === 'third Evelyn');
  await page.context().close();
});
