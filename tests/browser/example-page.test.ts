/** The example of a page without a bundler, as somebody gets it: installed, served, and opened in a real browser. */
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freePort } from '@rollcall/testing';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type InstalledExample,
  installExample,
  type RunningExample,
} from '../support/processes/installed-example.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { launchBrowser } from './browser-pages.js';

let server: ServerProcess;
let backEnd: ServerClient;
let example: InstalledExample;
let running: RunningExample;
let browser: Browser;
let address: string;

beforeAll(async () => {
  const env = { ROLLCALL_ALLOWED_ORIGINS: 'localhost' };
  [server, example] = await Promise.all([
    startServerProcess({ env }),
    installExample('page-without-bundler'),
  ]);
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  await backEnd.updateAppSettings({ guests_enabled: true });
  const port = await freePort();
  address = `http://localhost:${port}`;
  running = await example.start({ PORT: String(port), ROLLCALL_URL: server.url });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await running?.end();
  await backEnd?.disconnect();
  await server?.stop();
  await example?.remove();
});

/** Opens the page as somebody who shares nothing with the others. */
async function visit(): Promise<{ page: Page; problems: string[] }> {
  const page = await (await browser.newContext()).newPage();
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => message.type() === 'error' && problems.push(message.text()));
  await page.goto(address);
  return { page, problems };
}

async function comeIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Come in' }).click();
}

/** Waits until a line of the list says who it is, and whether that user is there. */
async function shows(page: Page, name: string, online: boolean): Promise<void> {
  await page.locator(`#people li[data-online="${online}"]`, { hasText: name }).waitFor();
}

it('shows who is there, who comes and goes, and each change, with no bundler and no problem', async () => {
  await backEnd.upsertUser({ id: 'john', name: 'John' });
  const ann = await visit();
  await comeIn(ann.page, 'Ann');
  await shows(ann.page, 'Ann', true);
  await shows(ann.page, 'John', false);
  expect(await ann.page.textContent('#state')).toBe('connected');

  const ben = await visit();
  await comeIn(ben.page, 'Ben');
  await shows(ben.page, 'Ann', true);
  await shows(ann.page, 'Ben', true);

  await backEnd.partialUpdateUser({ id: 'john', set: { name: '<b>Johnny</b>' } });
  await ann.page.locator('#people li', { hasText: '<b>Johnny</b>' }).waitFor();
  await backEnd.deactivateUser('john');
  await ann.page.locator('#people li', { hasText: 'Johnny' }).waitFor({ state: 'detached' });

  await ben.page.context().close();
  await shows(ann.page, 'Ben', false);
  const carl = await visit();
  await comeIn(carl.page, 'Carl');
  await shows(ann.page, 'Carl', true);
  const { users } = await backEnd.queryUsers({ name: 'Carl' });
  await backEnd.deactivateUser(users[0]?.id ?? '');
  await ann.page.locator('#people li', { hasText: 'Carl' }).waitFor({ state: 'detached' });
  // That Carl is offline is told before Dora comes, and brings no line back.
  const dora = await visit();
  await comeIn(dora.page, 'Dora');
  await shows(ann.page, 'Dora', true);
  expect(await ann.page.locator('#people li').allTextContents()).toEqual(['Ann', 'Ben', 'Dora']);
  expect([ann.problems, ben.problems]).toEqual([[], []]);
  for (const { page } of [ann, carl, dora]) await page.context().close();
});

it('hands out the page and the client, and nothing else of its folder', async () => {
  const status = async (path: string) => (await fetch(`${address}${path}`)).status;
  expect(await status('/node_modules/@rollcall/client/dist/index.js')).toBe(200);
  for (const path of [
    '/package.json',
    '/serve.js',
    '/node_modules/@rollcall/client/dist/%2e%2e/%2e%2e/%2e%2e/.package-lock.json',
    '/node_modules/@rollcall/client/dist/..%2f..%2f..%2f..%2fserve.js',
    '/node_modules/jose/package.json',
  ]) {
    expect(await status(path), path).toBe(404);
  }
});
