import { createServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { type BrowserPages, startBrowserPages } from './browser-pages.js';

const PAGE = `<h1>Rollcall in the browser</h1>
<p>Me: <b id="me"></b></p><p>State: <b id="state"></b></p><p>Connection: <b id="connection"></b></p><p>Heard: <b id="heard"></b></p>`;

let server: ServerProcess;
let pages: BrowserPages;

beforeAll(async () => {
  server = await startServerProcess({ env: { ROLLCALL_ALLOWED_ORIGINS: 'localhost' } });
  pages = await startBrowserPages(new URL('live-page.ts', import.meta.url), PAGE);
});

afterAll(async () => {
  await pages?.close();
  await server?.stop();
});

it('connects a user in a real browser, who sees the update of the user it watches arrive', async () => {
  const backEnd = createServerClient({ url: server.url, secret: SECRET });
  await backEnd.upsertUsers([{ id: 'john', name: 'John', mood: 'fine' }, { id: 'jim' }]);

  const { page, problems } = await pages.open();
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

  // Without a network it waits; with one it is back at once, and misses nothing.
  await page.context().setOffline(true);
  await page.waitForFunction(() => document.getElementById('connection')?.textContent === 'offline');
  await backEnd.partialUpdateUser({ id: 'john', set: { mood: 'curious' } });
  await page.context().setOffline(false);
  await page.waitForFunction(() => document.getElementById('heard')?.textContent?.endsWith('curious'));

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
