import { afterAll, beforeAll, expect, it } from 'vitest';
import { SECRET } from '../support/processes/server-process.js';
import { type ConsoleUnderTest, signIn, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
});

afterAll(async () => {
  await console_?.close();
});

const stored = () => ({ tab: Object.entries(sessionStorage), browser: Object.entries(localStorage) });

it('a secret becomes a token of eight hours in the browser, which only the tab keeps, and no address ever holds', async () => {
  const { page, problems } = await console_.open('/users');
  const addresses: string[] = [];
  const sent: string[] = [];
  page.on('request', request => {
    addresses.push(request.url());
    sent.push(request.postData() ?? '', JSON.stringify(request.headers()));
  });
  page.on('websocket', socket => {
    addresses.push(socket.url());
    socket.on('framesent', ({ payload }) => sent.push(String(payload)));
  });
  await signIn(page, SECRET);
  await page.getByText('There are no users yet').waitFor();

  const { tab, browser } = await page.evaluate(stored);
  const token = tab.find(([key]) => key === 'rollcall.token')?.[1] ?? '';
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  expect(claims).toMatchObject({ server: true, exp: Math.floor(claims.iat) + 8 * 3600 });
  const [, secret = ''] = SECRET.split(':');
  expect(JSON.stringify([tab, browser, sent])).not.toContain(secret);
  expect(JSON.stringify(browser)).not.toContain(token);
  expect(addresses.length).toBeGreaterThan(2);
  expect(addresses.filter(address => address.includes(token) || address.includes(secret))).toEqual([]);

  // Another tab of the same browser is nobody.
  const other = await page.context().newPage();
  await other.goto(`${console_.url}/users`);
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
  // A reload of this one is the same session.
  await page.reload();
  await page.getByText('There are no users yet').waitFor();
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  expect((await page.evaluate(stored)).tab).toEqual([]);
  expect(problems).toEqual([]);
  await page.context().close();
});

it('says why a token or a secret is no way in', async () => {
  const { page } = await console_.open('/users');
  const attempt = async (key: string, said: string) => {
    await page.getByLabel('Server token or secret').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText(said).waitFor();
  };
  await attempt('too short', 'a secret must have at least 32 bytes');
  await attempt('a-secret-of-another-server-of-more-than-32-bytes', 'does not know this token or secret');
  await attempt(await console_.backEnd.createToken('jane'), 'This token is of a user');
  await attempt(await console_.token({ exp: 1_700_000_000 }), 'This token has expired');
  await page.context().close();
});

it('a token that may only read shows so, and no button writes', async () => {
  const { page } = await console_.open('/users');
  await signIn(page, await console_.token({ read_only: true }));
  await page.getByText('Read only').waitFor();
  const button = page.getByRole('button', { name: 'New user' });
  expect(await button.isDisabled()).toBe(true);
  expect(await button.getAttribute('title')).toContain('may only read');
  await page.context().close();
});

it('the session ends after an hour without input, says so, and leaves nothing', async () => {
  const { page } = await console_.open('/users');
  await page.clock.install();
  await page.reload();
  await signIn(page, await console_.token());
  await page.getByText('There are no users yet').waitFor();
  await page.clock.fastForward('50:00');
  await page.keyboard.press('Shift');
  await page.clock.fastForward('50:00');
  expect(await page.getByRole('heading', { name: 'Users', exact: true }).isVisible()).toBe(true);
  await page.clock.fastForward('11:00');
  await page.getByText('Nobody touched this page for an hour').waitFor();
  expect((await page.evaluate(stored)).tab).toEqual([]);
  await page.context().close();
});

it('the session ends by itself when its token expires', async () => {
  const { page } = await console_.open('/users');
  const exp = Math.floor(Date.now() / 1000) + 4;
  await signIn(page, await console_.token({ exp }));
  await page.getByText('token has expired').waitFor({ timeout: 20_000 });
  expect((await page.evaluate(stored)).tab).toEqual([]);
  await page.context().close();
});

it('the session ends when the server no longer takes its token', async () => {
  const { page } = await console_.enter('/users');
  await page.getByText('There are no users yet').waitFor();
  await console_.backEnd.revokeTokens(Date.now());
  await page.getByText('The server ended the session').waitFor({ timeout: 20_000 });
  await page.context().close();
  await console_.backEnd.revokeTokens(null);
});
