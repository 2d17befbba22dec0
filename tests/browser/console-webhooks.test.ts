import type { WebhookEndpoint } from '@rollcall/client/server';
import type { Page } from 'playwright-core';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { WebhookReceiver } from '../support/webhooks/webhook-receiver.js';
import { type ConsoleUnderTest, rowOf, signIn, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;
let receiver: WebhookReceiver;

beforeAll(async () => {
  console_ = await startConsole({ env: { ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES: '127.0.0.1' } });
});

afterAll(async () => {
  await console_?.close();
});

beforeEach(async () => {
  receiver = await WebhookReceiver.start();
});

afterEach(async () => {
  const { backEnd } = console_;
  for (const { id } of await backEnd.listWebhooks()) await backEnd.deleteWebhook(id);
  await receiver.stop();
});

const create = async (more: object = {}): Promise<WebhookEndpoint> =>
  (await console_.backEnd.createWebhook({ url: receiver.url, ...more })).webhook;

let made = 0;

/** A user nobody has had before. */
async function makeUser(more: object = {}): Promise<string> {
  const id = `user-${made++}`;
  await console_.backEnd.upsertUser({ id, name: `Person ${id}`, ...more });
  return id;
}

/** What was sent to a webhook about a user, as its stored deliveries say. */
const stored = async (webhook: WebhookEndpoint, user_id: string) =>
  (await console_.backEnd.listWebhookDeliveries(webhook.id, { user_id })).deliveries;

const delivered = (webhook: WebhookEndpoint, user_id: string) =>
  until('it is stored as delivered', async () =>
    (await stored(webhook, user_id)).some(({ status }) => status === 'delivered'),
  );

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const one = (page: Page) => page.getByRole('complementary', { name: 'One delivery' });
/** The body that is shown, as it would be parsed. */
const bodyShown = async (page: Page) =>
  JSON.parse((await one(page).locator('pre').last().textContent()) ?? '');

describe('a webhook', () => {
  it('is made with the keys, shows its secret once, and the receiver verifies what comes by it', async () => {
    const { page, problems } = await console_.enter('/webhooks');
    await page.getByText('There are no webhooks').waitFor();
    await page.keyboard.press('n');
    await button(page, 'Make the webhook').click();
    await page.getByRole('alert').getByText('Say where events are sent').waitFor();
    await page.getByLabel('Where to').fill('ftp://nowhere.example');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('an http or https URL').waitFor();
    await page.getByLabel('Where to').fill(receiver.url);
    await page.getByLabel('What it is for').fill('the shop');
    await button(page, 'every type ▾').click();
    await page.getByRole('checkbox', { name: 'user.created' }).click();
    await page.keyboard.press('Escape');
    await button(page, 'Make the webhook').click();
    await page.getByRole('dialog', { name: 'The webhook is made' }).waitFor();
    const secret = (await page.locator('dialog code').textContent()) ?? '';
    await button(page, 'I have kept it').click();
    await page.getByRole('heading', { name: 'the shop' }).waitFor();
    await page.getByText('Nothing was delivered in the last seven days').waitFor();
    const user = await makeUser();
    await rowOf(page, user).getByText('delivered').waitFor();
    const [request] = receiver.requests;
    expect(new Webhook(secret).verify(request?.text ?? '', request?.headers ?? {})).toMatchObject({
      data: { user: { id: user } },
    });
    expect(await console_.backEnd.listWebhooks()).toMatchObject([
      { description: 'the shop', types: ['user.created'] },
    ]);
    for (const where of ['/webhooks', new globalThis.URL(page.url()).pathname]) {
      await page.goto(console_.url + where);
      await page.getByText('the shop').first().waitFor();
      expect(await page.content()).not.toContain(secret);
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('gets a new secret after it was said what becomes of the one before', async () => {
    const webhook = await create();
    const { page } = await console_.enter(`/webhooks/${webhook.id}`);
    await button(page, 'New secret…').click();
    await page.getByText('requests are signed with both secrets').waitFor();
    await button(page, 'Make a new secret').click();
    await page.getByText('The secret before signs as well').waitFor();
    const secret = (await page.locator('dialog code').textContent()) ?? '';
    await button(page, 'I have kept it').click();
    await makeUser();
    await until('it came', () => receiver.accepted.length === 1);
    const [request] = receiver.requests;
    new Webhook(secret).verify(request?.text ?? '', request?.headers ?? {});
    await page.context().close();
  });

  it('is edited over a change of something else, and asks where somebody else has changed the same', async () => {
    const webhook = await create({ description: 'before', rate_limit: 5 });
    const { page } = await console_.enter(`/webhooks/${webhook.id}`);
    await page.getByRole('heading', { name: 'before' }).waitFor();
    await page.keyboard.press('e');
    await page.getByLabel('What it is for').fill('mine');
    await console_.backEnd.updateWebhook(webhook.id, { rate_limit: 6 });
    await button(page, 'Save').click();
    await page.getByRole('heading', { name: 'mine' }).waitFor();
    expect(await console_.backEnd.getWebhook(webhook.id)).toMatchObject({
      description: 'mine',
      rate_limit: 6,
    });

    await page.getByText('at most 6 a second').waitFor();
    await page.keyboard.press('e');
    await page.getByLabel('What it is for').fill('mine again');
    await console_.backEnd.updateWebhook(webhook.id, { description: 'theirs' });
    await button(page, 'Save').click();
    const conflict = page.getByRole('alert').filter({ hasText: 'Changed meanwhile' });
    await conflict.waitFor();
    expect(await conflict.getByRole('definition').allTextContents()).toEqual(['theirs', 'mine again']);
    expect((await console_.backEnd.getWebhook(webhook.id)).description).toBe('theirs');
    await button(page, 'Save yours').click();
    await page.getByRole('heading', { name: 'mine again' }).waitFor();
    await page.context().close();
  });

  it('is disabled, says how far it is behind, goes on where it stopped, and is deleted after a question', async () => {
    const webhook = await create();
    const { page } = await console_.enter(`/webhooks/${webhook.id}`);
    await button(page, 'Disable').click();
    await page.getByText('Somebody disabled it.').waitFor();
    const user = await makeUser();
    await page.getByText('1 event behind').waitFor();
    expect(receiver.requests).toEqual([]);
    await button(page, 'Enable').click();
    await rowOf(page, user).getByText('delivered').waitFor();
    await button(page, 'Delete…').click();
    const question = page.getByRole('dialog');
    await question.getByText('It receives nothing more').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(await console_.backEnd.listWebhooks()).toHaveLength(1);
    await button(page, 'Delete…').click();
    await button(page, 'Delete the webhook').click();
    await page.getByText('There are no webhooks').waitFor();
    expect(await console_.backEnd.listWebhooks()).toEqual([]);
    await page.goBack();
    await page.getByText('There is no such webhook').waitFor();
    await page.context().close();
  });

  it('that fails or is gone is said in the list and in the overview, which lead to it', async () => {
    receiver.react = ({ event }) => ({ status: 'user' in event ? 500 : 200 });
    await create({ description: 'the shop' });
    await makeUser();
    const { page } = await console_.enter('/overview');
    const warnings = page.getByRole('region', { name: /^Warnings/ });
    await warnings.getByText('1 webhook fails: the shop (since').waitFor();
    await warnings.getByRole('link', { name: 'Go to the webhooks' }).click();
    await page.getByText('1 fails', { exact: true }).waitFor();
    await rowOf(page, 'the shop').getByText('failing').waitFor();
    await rowOf(page, 'the shop').getByText('1 waits').waitFor();
    receiver.react = () => ({ status: 410 });
    // The event that it was disabled comes live.
    await rowOf(page, 'the shop').getByText('disabled: gone').waitFor({ timeout: 20_000 });
    await page.keyboard.press('1');
    await warnings.getByText('1 webhook receives nothing any more: the shop').waitFor({ timeout: 20_000 });
    await page.context().close();
  });
});

describe('a delivery', () => {
  it('shows the request as the receiver got it, and what was answered', async () => {
    receiver.react = () => ({ status: 202, body: 'thank you' });
    const webhook = await create({ filter: { plan: 'pro' } });
    const user = await makeUser({ plan: 'pro' });
    await delivered(webhook, user);
    const { page, problems } = await console_.enter(`/webhooks/${webhook.id}`);
    await page.getByRole('table', { name: 'Deliveries' }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await one(page).getByText('thank you').waitFor();
    await one(page).getByText('202', { exact: true }).waitFor();
    await one(page).getByText('This is how a try would send it now').waitFor();
    const [request] = receiver.requests;
    expect(await bodyShown(page)).toEqual(JSON.parse(request?.text ?? ''));
    expect((await bodyShown(page)).data.matched).toEqual({ before: false, after: true });
    const head = (await one(page).locator('pre').nth(1).textContent()) ?? '';
    expect(head.startsWith('POST /hooks HTTP/1.1\n')).toBe(true);
    for (const name of ['host', 'user-agent', 'content-type', 'webhook-id', 'webhook-timestamp'])
      expect(head).toContain(`${name}: ${request?.headers[name]}\n`);
    expect(head).not.toContain(request?.headers['webhook-signature']?.slice(3));
    const opened = page.url();
    await page.reload();
    await one(page).getByText('thank you').waitFor();
    expect(page.url()).toBe(opened);
    await page.keyboard.press('Escape');
    await one(page).waitFor({ state: 'hidden' });
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('that failed says why and when it is tried again, and is tried now by a key', async () => {
    receiver.react = () => ({ status: 500, body: 'out of order' });
    const webhook = await create();
    const user = await makeUser();
    const { page } = await console_.enter(`/webhooks/${webhook.id}`);
    await rowOf(page, user).getByText('pending again').waitFor();
    await rowOf(page, user).getByText('500').waitFor();
    await rowOf(page, user).getByText('next try').waitFor();
    await rowOf(page, user).getByRole('link').click();
    await one(page).getByText('out of order').first().waitFor();
    receiver.react = () => ({ status: 200 });
    await page.keyboard.press('a');
    await one(page).getByText('delivered').waitFor();
    await rowOf(page, user).getByText('delivered').waitFor();
    await page.getByText('active', { exact: true }).waitFor();
    expect(receiver.accepted).toEqual([`user.created ${user}`]);
    expect(new Set(receiver.requests.map(({ id }) => id)).size).toBe(1);
    await page.context().close();
  });

  it('stays open when its state is not that of the list any more', async () => {
    receiver.react = () => ({ status: 500 });
    const webhook = await create();
    const user = await makeUser();
    const { page } = await console_.enter(`/webhooks/${webhook.id}`);
    await page.getByRole('combobox', { name: 'State' }).selectOption('pending');
    await rowOf(page, user).getByRole('link').click();
    receiver.react = () => ({ status: 200 });
    await button(page, 'Try now').click();
    await page.getByText('No delivery is like that').waitFor();
    await one(page).getByText('delivered').waitFor();
    await button(page, 'Show all deliveries').click();
    await rowOf(page, user).getByText('delivered').waitFor();
    await page.context().close();
  });

  it('is found by state, type and user, page by page, and the address holds all of it', async () => {
    const webhook = await create();
    const ids: string[] = [];
    for (let count = 0; count < 55; count++) ids.push(await makeUser());
    await until('all came', () => receiver.accepted.length === 55);
    const [user = ''] = ids;
    const { page } = await console_.enter(`/webhooks/${webhook.id}`);
    await page.getByText('50 on this page', { exact: true }).waitFor();
    await page.keyboard.press(']');
    await page.getByText('5 on this page', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('5 on this page', { exact: true }).waitFor();
    await page.keyboard.press('[');
    await page.getByText('50 on this page', { exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type(user);
    await page.keyboard.press('Enter');
    await page.getByText('1 on this page', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Type' }).selectOption('user.deleted');
    await page.getByText('No delivery is like that').waitFor();
    const { searchParams } = new globalThis.URL(page.url());
    expect(Object.fromEntries(searchParams)).toEqual({ user, type: 'user.deleted' });
    await button(page, 'Show all deliveries').click();
    await page.getByText('50 on this page', { exact: true }).waitFor();
    await button(page, 'This view as code').click();
    await page.getByText(`server.listWebhookDeliveries('${webhook.id}')`).waitFor();
    await page.context().close();
  });

  it('begins anew where the cursor of the address is of another list', async () => {
    const webhook = await create();
    const { page } = await console_.enter(`/webhooks/${webhook.id}?next=nonsense`);
    await page.getByText('this cursor was not issued for this list').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('Nothing was delivered').waitFor();
    await page.context().close();
  });

  it('holds nothing of an erased user any more, open as it is', async () => {
    receiver.react = () => ({ status: 200, body: 'hello Grace Hopper' });
    const webhook = await create();
    const user = await makeUser({ name: 'Grace Hopper' });
    await delivered(webhook, user);
    const { page } = await console_.enter(`/webhooks/${webhook.id}`);
    await rowOf(page, user).getByRole('link').click();
    await one(page).getByText('"name": "Grace Hopper"').waitFor();
    await one(page).getByText('hello Grace Hopper').waitFor();
    const modes = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
    await console_.backEnd.waitForTask((await console_.backEnd.deleteUsers([user], modes)).task_id);
    await one(page).getByText('hello Grace Hopper').waitFor({ state: 'hidden' });
    await page.getByText('Grace Hopper').waitFor({ state: 'hidden' });
    expect(await page.content()).not.toContain('Grace Hopper');
    await page.context().close();
  });
});

it.each([
  ['a page with a script', '<img src=x onerror="document.title=\'taken\'"><script>alert(1)</script>'],
  ['a text without an end', 'x'.repeat(1024 * 1024)],
  ['a text that turns around', 'safe\u202Egnp.exe\u0000\u200Bend'],
])('an answer that is %s is shown as text, cut, and with nothing hidden', async (_, body) => {
  receiver.react = () => ({ status: 200, headers: { 'content-type': 'text/html' }, body });
  const webhook = await create();
  const { page, problems } = await console_.enter(`/webhooks/${webhook.id}`);
  await button(page, 'Send a test').click();
  await one(page).getByText('200', { exact: true }).waitFor();
  const answer = (await one(page).locator('pre').first().textContent()) ?? '';
  expect(answer.length).toBeLessThanOrEqual(1024);
  expect(answer).toMatch(/^(<img src=x onerror|x{100}|safe\\u202egnp\.exe)/);
  expect(answer).not.toMatch(/[\u0000\u200B\u202E]/);
  expect(await one(page).locator('img, script').count()).toBe(0);
  expect(await page.title()).not.toBe('taken');
  expect(await bodyShown(page)).toMatchObject({
    type: 'webhook.test',
    data: { webhook: { id: webhook.id } },
  });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
});

it('a test that fails says why, and a disabled webhook is tested too', async () => {
  const webhook = await create();
  await console_.backEnd.disableWebhook(webhook.id);
  await receiver.stop();
  const { page } = await console_.enter(`/webhooks/${webhook.id}`);
  await page.getByText('Somebody disabled it.').waitFor();
  await page.keyboard.press('t');
  await one(page).getByText('the connection was refused').waitFor();
  await one(page).getByText('A test is tried once.').waitFor();
  await receiver.restart();
  await button(page, 'Send another test').click();
  await one(page).getByText('200', { exact: true }).waitFor();
  await page.context().close();
});

it('everything after a position is sent again once it was said how much that is at most', async () => {
  const webhook = await create({ types: ['user.created'] });
  const users = [await makeUser(), await makeUser(), await makeUser()];
  await until('all came', () => receiver.accepted.length === 3);
  await delivered(webhook, users[2] ?? '');
  const { page } = await console_.enter(`/webhooks/${webhook.id}`);
  await button(page, 'Send again…').click();
  await page.getByText('The log has nothing after it.').waitFor();
  expect(await page.getByRole('dialog').getByRole('button', { name: 'Send again' }).isDisabled()).toBe(true);
  await page.getByLabel('Everything after the position').fill('nonsense');
  await page.getByText('This is no position of the log').waitFor();
  await button(page, 'Cancel').click();
  expect(receiver.accepted).toHaveLength(3);
  // From the second one on.
  await rowOf(page, users[1] ?? '')
    .getByRole('link')
    .click();
  await button(page, 'Send everything from here again…').click();
  await page.getByText('They are new deliveries with new ids').waitFor();
  await button(page, 'Send at most 2 events again').click();
  await until('both came again', () => receiver.accepted.length === 5);
  expect(receiver.accepted.slice(3).toSorted()).toEqual([
    `user.created ${users[1]}`,
    `user.created ${users[2]}`,
  ]);
  await rowOf(page, users[1] ?? '')
    .nth(1)
    .waitFor();
  expect(new Set(receiver.requests.map(({ id }) => id)).size).toBe(5);
  await page.context().close();
});

it('a token that only reads sees everything and changes nothing, and each button says why', async () => {
  const webhook = await create();
  const user = await makeUser();
  await delivered(webhook, user);
  const { page } = await console_.open('/webhooks');
  await signIn(page, await console_.token({ read_only: true }));
  expect(await button(page, 'New webhook').isDisabled()).toBe(true);
  await page.getByRole('table', { name: 'Webhooks' }).getByRole('link').click();
  await rowOf(page, user).getByRole('link').click();
  await one(page).getByText(`"id": "${user}"`).waitFor();
  for (const name of [
    'Send a test',
    'Edit…',
    'Disable',
    'Send again…',
    'New secret…',
    'Delete…',
    'Send once more',
    'Send everything from here again…',
  ]) {
    expect([name, await button(page, name).isDisabled()]).toEqual([name, true]);
    expect(await button(page, name).getAttribute('title')).toContain('may only read');
  }
  for (const key of ['t', 'e', 'a', 'n']) await page.keyboard.press(key);
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(receiver.requests).toHaveLength(1);
  await page.keyboard.press('Control+k');
  const option = page.getByRole('option', { name: /^Delete the webhook/ });
  expect(await option.getAttribute('aria-disabled')).toBe('true');
  await page.context().close();
});

it('a server that is away is said, and the page goes on by itself', async () => {
  const webhook = await create({ description: 'the shop' });
  const { page } = await console_.enter(`/webhooks/${webhook.id}`);
  await page.getByRole('heading', { name: 'the shop' }).waitFor();
  const asked = /\/trpc\/[^?]*webhooks\.get/;
  await page.route(asked, route => route.abort());
  await page.getByText('It could not be read again').waitFor({ timeout: 30_000 });
  await page.unroute(asked);
  await page.getByText('It could not be read again').waitFor({ state: 'hidden', timeout: 30_000 });
  await page.context().close();
});
