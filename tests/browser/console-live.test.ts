/** The caches of the console keep up with the server by the bridge of `@rollcall/react/query`. */
import { createClient } from '@rollcall/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, rowOf, signIn, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  await console_.backEnd.upsertUsers([
    { id: 'jane', name: 'Jane' },
    { id: 'john', name: 'John' },
  ]);
});

afterAll(async () => {
  await console_?.close();
});

const LIST = '/users?columns=name%2Cid&sort=id';

/** Holds back the answers to one procedure, which the server gives at once, until the gate is opened. */
async function hold(page: Page, procedure: string) {
  let held = 0;
  let open = () => {};
  const opened = new Promise<void>(resolve => {
    open = resolve;
  });
  await page.route(`**/trpc/${procedure}*`, async route => {
    const response = await route.fetch();
    held += 1;
    await opened;
    await route.fulfill({ response });
  });
  return { held: () => held, open: () => open() };
}

/** Waits until the list has been read again because the events have begun. */
async function settled(page: Page): Promise<void> {
  await rowOf(page, 'jane').waitFor();
  await page.waitForLoadState('networkidle');
}

it('an answer that comes after a newer event is mended before anybody sees it', async () => {
  const { page } = await console_.enter(LIST);
  await settled(page);
  const gate = await hold(page, 'users.query');
  await page.keyboard.press('r');
  await expect.poll(gate.held).toBeGreaterThan(0);
  await console_.backEnd.partialUpdateUser({ id: 'jane', set: { name: 'Jane the newer' } });
  // By now the event has come, and its frame is over.
  await page.waitForTimeout(1_000);
  const shown = await page.evaluateHandle(() => {
    const texts: string[] = [];
    const note = () => texts.push(document.querySelector('[role=grid]')?.textContent ?? '');
    new MutationObserver(note).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
    });
    return texts;
  });
  gate.open();
  await rowOf(page, 'Jane the newer').waitFor();
  // Who is online is told a moment later, and would bring the newer state with it.
  expect(await shown.jsonValue()).not.toContainEqual(expect.stringMatching(/Jane(?! the newer)/));
  await page.context().close();
});

it('presence is not set back by an event that knows less', async () => {
  const { page } = await console_.open(LIST);
  // Every event of a change shows its user as it was before they came online.
  await page.routeWebSocket('**/trpc**', socket => {
    const server = socket.connectToServer();
    server.onMessage(message => {
      const text = String(message);
      socket.send(text.includes('user.updated') ? text.replaceAll('"online":true', '"online":false') : text);
    });
  });
  await signIn(page, await console_.token());
  await settled(page);
  const john = createClient({ url: console_.url });
  await john.connectUser({ id: 'john' }, await console_.backEnd.createToken('john'));
  const online = rowOf(page, 'john').getByRole('img', { name: 'online' });
  await online.waitFor();
  await console_.backEnd.partialUpdateUser({ id: 'john', set: { name: 'Johnny' } });
  await rowOf(page, 'Johnny').waitFor();
  expect(await online.count()).toBe(1);
  await john.disconnectUser();
  await rowOf(page, 'Johnny').getByRole('img', { name: 'offline' }).waitFor();
  await page.context().close();
});

it('a page that says that nobody has an id becomes the page of who gets it', async () => {
  const { page } = await console_.enter('/users/newcomer');
  await page.getByText('There is no such user').waitFor();
  await page.waitForLoadState('networkidle');
  await console_.backEnd.upsertUser({ id: 'newcomer', name: 'Newcomer' });
  await page.getByRole('article', { name: 'Newcomer' }).waitFor();
  await page.context().close();
});
