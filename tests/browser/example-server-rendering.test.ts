/**
 * The example of a page that a server renders, as somebody gets it: installed, started, and opened by two people. What goes to
 * Rollcall passes a proxy, which knows whose token came along, and which sockets were opened.
 */
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freePort } from '@rollcall/testing';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RecordingProxy, startRecordingProxy } from '../support/network/recording-proxy.js';
import {
  type InstalledExample,
  installExample,
  type RunningExample,
} from '../support/processes/installed-example.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { launchBrowser } from './browser-pages.js';
import { barriersOf } from './console-harness.js';

let server: ServerProcess;
let proxy: RecordingProxy;
let backEnd: ServerClient;
let example: InstalledExample;
let running: RunningExample;
let browser: Browser;
let address: string;

beforeAll(async () => {
  [server, example] = await Promise.all([
    startServerProcess({ env: { ROLLCALL_ALLOWED_ORIGINS: 'localhost' } }),
    installExample('server-rendering'),
  ]);
  proxy = await startRecordingProxy(server.url);
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  const port = await freePort();
  address = `http://localhost:${port}`;
  running = await example.start({ PORT: String(port), ROLLCALL_URL: proxy.url, ROLLCALL_SECRET: SECRET });
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await running?.end();
  await backEnd?.disconnect();
  await proxy?.close();
  await server?.stop();
  await example?.remove();
});

/** Somebody without a browser, who has signed in. */
async function signIn(name: string) {
  const answer = await fetch(`${address}/sign-in`, {
    method: 'POST',
    body: new URLSearchParams({ name }),
    redirect: 'manual',
  });
  expect(answer.status).toBe(303);
  const cookie = answer.headers.getSetCookie()[0] ?? '';
  expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/);
  const { users } = await backEnd.queryUsers({ name });
  const get = async (path = '/') => {
    const response = await fetch(`${address}${path}`, { headers: { cookie } });
    return { html: await response.text(), headers: response.headers };
  };
  return { id: users[0]?.id ?? '', cookie, get };
}

/** Opens the page as somebody who shares nothing with the others, and keeps what goes wrong. */
async function visit(options: BrowserContextOptions = {}) {
  const page = await (await browser.newContext(options)).newPage();
  const problems: string[] = [];
  page.on('pageerror', error => problems.push(error.message));
  page.on('console', message => message.type() === 'error' && problems.push(message.text()));
  await page.goto(address);
  return { page, problems };
}

async function comeIn(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Come in' }).click();
  await page.locator('li', { hasText: name }).waitFor();
}

const row = (page: Page, name: string, state: 'here' | 'away') =>
  page.locator('li', { hasText: name }).filter({ hasText: state });

it('the HTML has the users in it, read with the token of the reader alone, and rendering opens no socket', async () => {
  await backEnd.upsertUser({ id: 'john', name: 'John' });
  const ann = await signIn('Ann');
  proxy.forget();
  const { html, headers } = await ann.get();
  expect(html).toMatch(/<li><b>Ann<\/b>.*<li><b>John<\/b>/s);
  expect(headers.get('cache-control')).toBe('no-store');
  expect(proxy.calls.length).toBeGreaterThan(0);
  for (const { path, claims } of proxy.calls) {
    expect(path).toContain('/trpc/users.query');
    expect(claims).toMatchObject({ user_id: ann.id });
    expect(claims).not.toHaveProperty('server');
  }
  expect(proxy.sockets).toBe(0);
  const { html: script } = await ann.get('/browser.js');
  expect(script).toContain('/rollcall-token');
  for (const loaded of [html, script]) {
    expect(loaded).not.toContain(SECRET.split(':')[1]);
    expect(loaded).not.toContain('ROLLCALL_SECRET');
    expect(loaded).not.toMatch(/eyJ[\w-]+\.eyJ/);
  }
});

it('with JavaScript off the users are there, and the form for the name works', async () => {
  const { page } = await visit({ javaScriptEnabled: false });
  await comeIn(page, 'Without script');
  await row(page, 'John', 'away').waitFor();
  await page.getByLabel('You are').fill('Without any script');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('li', { hasText: 'Without any script' }).waitFor();
  expect((await backEnd.queryUsers({ name: 'Without any script' })).users).toHaveLength(1);
  await page.context().close();
});

it('the browser takes the page over as it is, with one socket, and two people see each other live', async () => {
  const ann = await visit();
  await comeIn(ann.page, 'Anna');
  await row(ann.page, 'Anna', 'here').waitFor();
  // The script comes when it is let go, so that what it finds can be marked before.
  let letGo: () => void = () => undefined;
  const held = new Promise<void>(resolve => {
    letGo = resolve;
  });
  await ann.page.route('**/browser.js', async route => {
    await held;
    await route.continue();
  });
  proxy.forget();
  await ann.page.reload({ waitUntil: 'commit' });
  await row(ann.page, 'John', 'away').waitFor();
  const rendered = await ann.page.evaluateHandle(() => [...document.querySelectorAll('h1, li, b, input')]);
  expect(await ann.page.getByRole('status').textContent()).toBe('As it was when the page was made');
  expect(proxy.sockets).toBe(0);
  letGo();
  await ann.page.getByRole('status').getByText('Live').waitFor();
  await row(ann.page, 'Anna', 'here').waitFor();
  expect(await rendered.evaluate(nodes => nodes.filter(node => !node.isConnected).length)).toBe(0);
  expect(proxy.sockets).toBe(1);

  const ben = await visit();
  await comeIn(ben.page, 'Benno');
  await row(ben.page, 'Anna', 'here').waitFor();
  await ann.page.getByRole('button', { name: '1 new' }).click();
  await row(ann.page, 'Benno', 'here').waitFor();
  await ben.page.getByLabel('You are').fill('Benjamin');
  await ben.page.getByRole('button', { name: 'Save' }).click();
  await row(ann.page, 'Benjamin', 'here').waitFor();
  expect(await barriersOf(ann.page)).toEqual([]);
  await ben.page.context().close();
  await row(ann.page, 'Benjamin', 'away').waitFor();
  expect([ann.problems, ben.problems]).toEqual([[], []]);
  await ann.page.context().close();
});

it('a name that is markup stays a name, and no script runs but the one of the page', async () => {
  const names = [
    '</script><script>globalThis.got = 1</script>',
    '<!--<script>',
    '<img src=x onerror="globalThis.got = 2">',
  ];
  await backEnd.upsertUsers(names.map((name, at) => ({ id: `markup-${at}`, name, note: name })));
  const { page, problems } = await visit();
  await comeIn(page, 'Carla');
  await row(page, 'Carla', 'here').waitFor();
  const shown = await page.locator('li b').allTextContents();
  expect(shown).toEqual(expect.arrayContaining(names));
  const handed = await page.evaluate(() => JSON.parse(document.querySelector('#first')?.textContent ?? ''));
  const notes = handed.users.map(({ custom }: { custom: { note?: string } }) => custom.note);
  expect(notes).toEqual(expect.arrayContaining(names));
  expect(problems).toEqual([]);

  // What somebody got into the page in spite of all that would not run.
  const stopped = page.waitForEvent('console', message => message.text().includes('Content Security Policy'));
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'globalThis.got = 3';
    document.body.append(script);
  });
  await stopped;
  expect(await page.evaluate(() => (globalThis as { got?: number }).got)).toBeUndefined();
  await page.context().close();

  const carl = await signIn('Carl');
  const nonces = await Promise.all([carl.get(), carl.get()]).then(pages =>
    pages.map(({ headers }) => /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1]),
  );
  expect(nonces[0]).toMatch(/^.{20,}$/);
  expect(nonces[0]).not.toBe(nonces[1]);
});

it('gives a token to who is signed in, for that user, and to nobody else', async () => {
  const dora = await signIn('Dora');
  const ask = (cookie = '') => fetch(`${address}/rollcall-token`, { method: 'POST', headers: { cookie } });
  expect((await ask()).status).toBe(401);
  expect((await ask('session=made-up')).status).toBe(401);
  const answer = await ask(dora.cookie);
  const [, claims = ''] = (await answer.text()).split('.');
  const { user_id, exp, iat } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  expect({ status: answer.status, user_id, lasts: exp - iat }).toEqual({
    status: 200,
    user_id: dora.id,
    lasts: 600,
  });
  for (const path of ['/package.json', '/../server.js', '/%2e%2e/server.js', '/server.js'])
    expect((await fetch(`${address}${path}`)).status, path).toBe(404);
});

it('says what Rollcall refuses, and when it is away, and is back with it', async () => {
  const eve = await signIn('Eve');
  const { cookie } = eve;
  const rename = async (name: string) => {
    const body = new URLSearchParams({ name });
    const answer = await fetch(`${address}/name`, { method: 'POST', headers: { cookie }, body });
    return { status: answer.status, text: await answer.text() };
  };
  expect(await rename('x'.repeat(300))).toEqual({ status: 400, text: expect.stringContaining('255') });
  expect(await rename('x'.repeat(20_000))).toMatchObject({ status: 413 });
  const status = async () => (await fetch(address, { headers: { cookie } })).status;
  await server.crash();
  expect(await status()).toBe(503);
  await server.restart();
  expect(await status()).toBe(200);
  await backEnd.deactivateUser(eve.id);
  expect(await status()).toBe(400);
});

it('its types fit the packed packages', async () => {
  const { code, stdout } = await example.run({}, 'npm run typecheck');
  expect({ code }, stdout).toEqual({ code: 0 });
});

it('people who load the page at the same moment never get what only the other may see', async () => {
  const [red, blue] = await Promise.all([signIn('Red reader'), signIn('Blue reader')]);
  await backEnd.updateAppSettings({ multi_tenant_enabled: true });
  await backEnd.upsertUsers([
    { id: 'only-red', name: 'Only red', teams: ['red'] },
    { id: 'only-blue', name: 'Only blue', teams: ['blue'] },
  ]);
  await backEnd.partialUpdateUsers([
    { id: red.id, set: { teams: ['red'] } },
    { id: blue.id, set: { teams: ['blue'] } },
  ]);
  const both = Array.from({ length: 10 }, () => [red.get(), blue.get()]).flat();
  const pages = await Promise.all(both);
  for (const [at, { html }] of pages.entries()) {
    const [mine, other] = at % 2 === 0 ? ['red', 'blue'] : ['blue', 'red'];
    expect(html).toContain(`>Only ${mine}<`);
    expect(html.toLowerCase()).not.toContain(`${other} reader`);
    expect(html).not.toContain(`nly ${other}`);
    expect(html).not.toContain(other === 'red' ? red.id : blue.id);
  }
  await backEnd.updateAppSettings({ multi_tenant_enabled: false });
});
