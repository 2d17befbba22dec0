/** The example of a React app, as somebody gets it: installed, started, built, and used by people in a real browser. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type InstalledExample,
  installExample,
  type RunningExample,
} from '../support/processes/installed-example.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';
import { launchBrowser } from './browser-pages.js';
import { barriersOf } from './console-harness.js';

let server: ServerProcess;
let backEnd: ServerClient;
let example: InstalledExample;
let running: RunningExample;
let browser: Browser;
let address: string;
let env: Record<string, string>;

beforeAll(async () => {
  [server, example] = await Promise.all([
    startServerProcess({ env: { ROLLCALL_ALLOWED_ORIGINS: 'localhost' } }),
    installExample('react-app'),
  ]);
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  await backEnd.updateAppSettings({ guests_enabled: true, enforce_unique_usernames: 'app' });
  // The secret is where somebody who works on both has it.
  env = { ROLLCALL_URL: server.url, ROLLCALL_SECRET: SECRET };
  running = await example.start(env);
  [address = ''] = /http:\/\/localhost:\d+\//.exec(running.output()) ?? [];
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await running?.end();
  await backEnd?.disconnect();
  await server?.stop();
  await example?.remove();
});

/** Opens the page as somebody who shares nothing with the others, and keeps what goes wrong, and all that was loaded. */
async function visit(options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage();
  const problems: string[] = [];
  const loaded: Promise<string>[] = [];
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => message.type() === 'error' && problems.push(message.text()));
  page.on('response', response => loaded.push(response.text().catch(() => '')));
  await page.goto(address);
  return { page, problems, loaded };
}

async function comeIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Come in' }).click();
  await row(page, name, 'here').waitFor();
}

/** A row of the list: who it is, and whether that user is there. */
const row = (page: Page, text: string, state: 'here' | 'away' | 'gone') =>
  page.locator(`li[data-state="${state}"]`, { hasText: text });

/** Reads every toast from now on, also those that have gone again. */
async function toastsOf(page: Page): Promise<() => Promise<string[]>> {
  const told = await page.evaluateHandle(() => {
    const texts: string[] = [];
    const toasts = document.querySelector('.toasts') as Element;
    new MutationObserver(changes => {
      for (const { addedNodes } of changes) for (const node of addedNodes) texts.push(node.textContent ?? '');
    }).observe(toasts, { childList: true });
    return texts;
  });
  return () => told.jsonValue();
}

async function write(page: Page, field: string, text: string): Promise<void> {
  await page.getByLabel(field).fill(text);
  await page.getByLabel(field).press('Enter');
}

it('two people see each other come, change and go: nobody moves, who is new waits, and every change is told once', async () => {
  const ann = await visit();
  await comeIn(ann.page, 'Ann');
  const ben = await visit();
  await comeIn(ben.page, 'Ben');
  await row(ben.page, 'Ann', 'here').waitFor();

  const showNew = ann.page.getByRole('button', { name: '1 new' });
  await showNew.waitFor();
  expect(await ann.page.locator('li b').allTextContents()).toEqual(['Ann']);
  await showNew.click();
  await row(ann.page, 'Ben', 'here').waitFor();
  expect(await ann.page.locator('li b').allTextContents()).toEqual(['Ben', 'Ann']);

  const told = await Promise.all([toastsOf(ann.page), toastsOf(ben.page)]);
  await write(ben.page, 'What you are doing', '<b>tea</b>');
  await row(ann.page, '<b>tea</b>', 'here').waitFor();
  await write(ben.page, 'Name', 'Benjamin');
  await row(ann.page, 'Benjamin', 'here').waitFor();
  await until('both are told', async () => (await told[0]()).length >= 2);
  expect(await told[0]()).toEqual(['Ben: <b>tea</b>', 'Ben is now Benjamin']);
  expect(await told[1]()).toEqual([]);

  const { users } = await backEnd.queryUsers({ name: 'Benjamin' });
  expect(users).toMatchObject([{ role: 'guest', custom: { doing: '<b>tea</b>' } }]);
  await ben.page.context().close();
  await row(ann.page, 'Benjamin', 'away').waitFor();
  await backEnd.deactivateUser(users[0]?.id ?? '');
  await row(ann.page, 'Benjamin', 'gone').waitFor();
  expect([ann.problems, ben.problems]).toEqual([[], []]);
  await ann.page.context().close();
});

it('what I write is shown before the server has it, and taken back with the reason when it is refused', async () => {
  await backEnd.upsertUser({ id: 'taken', name: 'Taken' });
  const { page } = await visit();
  await comeIn(page, 'Carla');
  let letGo: () => void = () => undefined;
  const held = new Promise<void>(resolve => {
    letGo = resolve;
  });
  await page.route('**/users.partialUpdate*', async route => {
    await held;
    await route.continue();
  });
  const rows = page.locator('li b', { hasText: 'Taken' });
  expect(await rows.count()).toBe(1);
  await write(page, 'Name', 'Taken');
  await rows.nth(1).waitFor();
  expect((await backEnd.queryUsers({ name: 'Carla' })).users).toHaveLength(1);
  letGo();
  await page.getByRole('alert').getByText('Taken').waitFor();
  await row(page, 'Carla', 'here').waitFor();
  expect(await rows.count()).toBe(1);
  expect(await page.getByLabel('Name').inputValue()).toBe('Carla');
  await page.context().close();
});

it('says that what it shows may be old while the server is away, and is live again by itself', async () => {
  const { page } = await visit();
  await comeIn(page, 'Dora');
  const status = page.getByRole('status').first();
  expect(await status.textContent()).toBe('Live');
  await server.crash();
  await page.locator('.connection:not([data-status="connected"])').waitFor();
  expect(await status.textContent()).not.toBe('Live');
  await server.restart();
  await page.locator('.connection[data-status="connected"]').waitFor();
  await backEnd.partialUpdateUser({ id: 'taken', set: { name: 'Still live' } });
  await row(page, 'Still live', 'away').waitFor();
  await page.context().close();
});

it.each([
  ['light', { width: 1280, height: 800 }],
  ['dark', { width: 360, height: 640 }],
] as const)('has no barriers, and nothing is wider than the page: %s', async (colorScheme, viewport) => {
  const { page } = await visit({ colorScheme, viewport });
  expect(await barriersOf(page)).toEqual([]);
  await comeIn(page, `A name as long as a name may be ${'x'.repeat(120)} ${colorScheme}`);
  const widths = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  expect(widths).toEqual({ scrollWidth: viewport.width, clientWidth: viewport.width });
  await write(page, 'Name', `Elsa ${colorScheme}`);
  await write(page, 'Name', 'Still live');
  await page.getByRole('alert').getByText('Still live').waitFor();
  await backEnd.partialUpdateUser({ id: 'taken', set: { doing: `tea, ${colorScheme}` } });
  await page.locator('.toasts').getByText('tea').waitFor();
  expect(await barriersOf(page)).toEqual([]);
  await page.context().close();
});

it('holds no secret, neither as it is served nor as it is built, and its types fit the packed packages', async () => {
  const [, secret = ''] = SECRET.split(':');
  const { page, loaded } = await visit();
  await comeIn(page, 'Fay');
  const served = (await Promise.all(loaded)).join('\n');
  expect(served).toContain(server.url);
  expect(served).not.toContain(secret);
  await page.context().close();

  const build = await example.run(env, 'npx vite build && npm run typecheck');
  expect(build, build.stdout).toMatchObject({ code: 0 });
  const folder = join(example.folder, 'dist');
  const names = (await readdir(folder, { recursive: true })).filter(name => /\.(js|css|html)$/.test(name));
  const built = await Promise.all(names.map(name => readFile(join(folder, name), 'utf8')));
  expect(built.join('\n')).toContain(server.url);
  expect(built.join('\n')).not.toContain(secret);
});
