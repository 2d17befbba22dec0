import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createServerClient } from '@rollcall/client/server';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/server-process.js';

const PAGE = `<!doctype html><meta charset="utf-8"><title>Rollcall</title>
<h1>Rollcall in the browser</h1>
<p>Me: <b id="me"></b></p><p>State: <b id="state"></b></p><p>Heard: <b id="heard"></b></p>
<script type="module" src="/page.js"></script>`;

let server: ServerProcess;
let pages: Server;
let browser: Browser;

beforeAll(async () => {
  server = await startServerProcess({ env: { ROLLCALL_ALLOWED_ORIGINS: 'localhost' } });
  // The built client, as a browser developer's bundler finds it.
  const bundle = await build({
    entryPoints: [fileURLToPath(new URL('live-page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    write: false,
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  pages = createServer((request, response) => {
    const isScript = request.url === '/page.js';
    response.writeHead(200, { 'content-type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? script : PAGE);
  });
  await new Promise<void>(resolve => pages.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({
    executablePath: process.env.ROLLCALL_TEST_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});

afterAll(async () => {
  await browser?.close();
  pages?.close();
  await server?.stop();
});

it('connects a user in a real browser, who sees the update of the user it watches arrive', async () => {
  const backEnd = createServerClient({ url: server.url, secret: SECRET });
  await backEnd.upsertUsers([{ id: 'john', name: 'John', mood: 'fine' }, { id: 'jim' }]);

  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(error.message));
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  const options = {
    url: server.url,
    token: await backEnd.createToken('jane'),
    userId: 'jane',
    watch: 'john',
  };
  await page.evaluate(given => window.begin(given), options);
  expect(await page.textContent('#me')).toBe('jane: Jane in the browser');
  const { users } = await backEnd.queryUsers({ id: 'jane' });
  expect(users[0]).toMatchObject({ name: 'Jane in the browser', role: 'user' });

  await backEnd.partialUpdateUser({ id: 'jim', set: { name: 'Not watched' } });
  await backEnd.partialUpdateUser({ id: 'john', set: { name: 'Johnny', mood: 'great' } });
  await page.waitForFunction(() => document.getElementById('heard')?.textContent !== '');
  expect(await page.textContent('#heard')).toBe('john is now Johnny and feels great');

  // It comes back by itself after the server was gone, and misses nothing.
  await server.crash();
  await server.restart();
  await backEnd.partialUpdateUser({ id: 'john', set: { mood: 'tired' } });
  await page.waitForFunction(() => document.getElementById('heard')?.textContent?.endsWith('tired'));
  if (process.env.ROLLCALL_TEST_SCREENSHOT)
    await page.screenshot({ path: process.env.ROLLCALL_TEST_SCREENSHOT });
  expect(problems).toEqual([]);
  await backEnd.disconnect();
});
