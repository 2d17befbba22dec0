/** What happens to the console where there is little room and the words are long. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, signIn, startConsole } from './console-harness.js';

const NARROW = { viewport: { width: 390, height: 844 } };

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
});

afterAll(async () => {
  await console_?.close();
});

it('a name without a break is shown whole by the dialog that asks about it', async () => {
  const url = 'http://10.0.0.1/';
  const { webhook } = await console_.backEnd.createWebhook({ url, description: 'W'.repeat(255) });
  const { page } = await console_.enter(`/webhooks/${webhook.id}`, NARROW);
  await page.getByRole('button', { name: 'Delete…' }).click();
  const [needs, has] = await page
    .getByRole('dialog')
    .getByRole('heading')
    .evaluate(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth]);
  expect(needs).toBeLessThanOrEqual(has ?? 0);
  await console_.backEnd.deleteWebhook(webhook.id);
  await page.context().close();
});

it('who may only read sees that nothing can be deleted, and can sign out while the server is away', async () => {
  const { webhook } = await console_.backEnd.createWebhook({ url: 'http://10.0.0.1/' });
  const { page } = await console_.open(`/webhooks/${webhook.id}`, NARROW);
  await signIn(page, await console_.token({ read_only: true }));
  const colourOf = (name: string) =>
    page.getByRole('button', { name, exact: true }).evaluate(one => getComputedStyle(one).color);
  expect(await colourOf('Delete…')).toBe(await colourOf('Edit…'));
  await page.context().setOffline(true);
  await page.getByText('offline since').waitFor({ timeout: 30_000 });
  const place = await page.getByRole('button', { name: 'Sign out' }).boundingBox();
  expect((place?.x ?? 0) + (place?.width ?? 0)).toBeLessThanOrEqual(NARROW.viewport.width);
  await console_.backEnd.deleteWebhook(webhook.id);
  await page.context().close();
});
