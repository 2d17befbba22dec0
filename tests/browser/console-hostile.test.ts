/** What users and strangers put before an operator, and what newcomers do, leaves the console as it was. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, signIn, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
});

afterAll(async () => {
  await console_?.close();
});

const row = (page: Page, index: number) => page.locator(`[role=row][data-index="${index}"]`);

const listOf = (filter: object) => `/users?filter=${encodeURIComponent(JSON.stringify(filter))}`;

it('a name whose letters run from right to left turns no sentence around, and one without an end pushes nothing out', async () => {
  await console_.backEnd.upsertUsers([
    { id: 'rtl-9', name: '\u202Egnp.nimda', teams: ['rtl'] },
    { id: 'rtl-8', name: 'W'.repeat(255), teams: ['rtl'] },
    ...[3, 4, 5, 6, 7].map(number => ({ id: `rtl-${number}`, teams: ['rtl'] })),
  ]);
  const { page } = await console_.enter(listOf({ teams: { $contains: 'rtl' } }));
  await row(page, 0).waitFor();
  await page.getByRole('checkbox', { name: 'Select the rows that are shown' }).click();
  await page.getByRole('button', { name: 'Delete…' }).click();
  const said = page.getByRole('dialog', { name: 'Delete users' }).getByText('and 2 more');
  await said.waitFor();
  const { order, wide } = await said.evaluate(element => {
    const places: { letter: string; left: number; top: number }[] = [];
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement?.closest('bdi')) continue;
      for (let at = 0; at < (node.nodeValue ?? '').length; at++) {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const { left, top } = range.getBoundingClientRect();
        places.push({ letter: node.nodeValue?.[at] ?? '', left, top });
      }
    }
    places.sort((a, b) => (Math.abs(a.top - b.top) > 8 ? a.top - b.top : a.left - b.left));
    return {
      order: places.map(({ letter }) => letter).join(''),
      wide: element.scrollWidth - element.clientWidth,
    };
  });
  // Names aside, it reads as it was written.
  expect(order.replace(/\s+/g, '')).toContain('and2more');
  expect(order).toContain('(rtl-9)');
  expect(wide).toBe(0);
  await page.context().close();
});

it('keys are those of what lies on top, and of the page again after a box was ticked', async () => {
  await console_.backEnd.upsertUsers([1, 2, 3].map(number => ({ id: `keys-${number}`, teams: ['keys'] })));
  const { page } = await console_.enter(listOf({ teams: { $contains: 'keys' } }));
  await row(page, 2).waitFor();
  await page.getByRole('button', { name: 'Columns, density, who is shown' }).click();
  await page.getByText('Also show').click();
  await page.keyboard.press('n');
  await page.keyboard.press('x');
  expect(await page.getByRole('dialog', { name: 'New user' }).count()).toBe(0);
  expect(await page.getByText(/selected$/).count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.getByText('Also show').waitFor({ state: 'hidden' });

  await row(page, 1).getByRole('checkbox').click();
  await page.getByText('1 selected').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.getByText('2 selected').waitFor();
  expect(await row(page, 2).getByRole('checkbox').isChecked()).toBe(true);
  await row(page, 2).getByRole('checkbox').click();
  await page.keyboard.press('Escape');
  await page.getByText('1 selected').waitFor({ state: 'hidden' });
  await page.context().close();
});

it('a filter of a thousand ids is the same after a reload, and from its link', async () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `somebody-with-a-long-id-${index}`);
  await console_.backEnd.upsertUser({ id: ids[0] as string, name: 'The one' });
  const { page } = await console_.enter('/users');
  await page.getByRole('button', { name: 'as text' }).click();
  await page.getByLabel('The filter as JSON').fill(JSON.stringify({ id: { $in: ids } }));
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('grid', { name: 'Users' }).getByText('The one').click();
  await page.getByRole('article', { name: 'The one' }).waitFor();
  const address = page.url();
  await page.reload();
  await page.getByRole('article', { name: 'The one' }).waitFor();
  await page.getByText('1 in all').waitFor();
  expect(page.url()).toBe(address);
  await page.goBack();
  await page.getByRole('article').waitFor({ state: 'hidden' });
  await page.getByText('1 in all').waitFor();

  const linked = await console_.enter(address.slice(console_.url.length));
  await linked.page.getByRole('article', { name: 'The one' }).waitFor();
  await linked.page.getByText('1 in all').waitFor();
  await Promise.all([page.context().close(), linked.page.context().close()]);
});

it.each([
  '/users?filter={"created_at":{"$gte":1e20}}',
  '/events?filter={"created_at":{"$gte":1e20}}',
  '/users?filter={"a":{"$in":5}}&columns=__proto__,constructor&sort=-__proto__',
  '/users?__proto__={"polluted":true}&constructor={"prototype":{"polluted":true}}',
  '/import?map={"__proto__":{"to":"id"}}',
  '/settings?role=__proto__&deed=constructor',
])('an address that nobody means breaks no page: %s', async address => {
  const { page, problems } = await console_.enter(encodeURI(address));
  await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByText(/went wrong|has made a mistake/).count()).toBe(0);
  expect(
    await page.evaluate(() => ({}) as { polluted?: unknown }).then(({ polluted }) => polluted),
  ).toBeUndefined();
  expect(problems).toEqual([]);
  await page.context().close();
});

it('text that is nested without an end, and numbers that nobody holds, are problems of the text', async () => {
  await console_.backEnd.upsertUser({ id: 'numbers', custom: { order: 1 } });
  const { page, problems } = await console_.enter('/users/numbers?tab=custom');
  const editor = page.getByRole('textbox', { name: 'Custom data as JSON' });
  const type = async (text: string) => {
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };
  await type(`{"a":${'['.repeat(20_000)}`);
  await page.getByText('This is nested deeper than 100 times.').waitFor();
  await type('{"order": 12345678901234567890}');
  await page.getByText('has more digits than a number keeps').waitFor();
  expect(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
  const [user] = (await console_.backEnd.queryUsers({ id: 'numbers' })).users;
  expect(user?.custom).toEqual({ order: 1 });
  expect(problems).toEqual([]);
  await page.context().close();
});

it('a part of a page that cannot be loaded says so, and the other pages still work', async () => {
  const { page } = await console_.enter('/users');
  await row(page, 0).waitFor();
  await page.route(/\/assets\/new-user-/, route => route.abort());
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
  await page.unroute(/\/assets\/new-user-/);
  await page.getByRole('button', { name: 'Load it again' }).click();
  await row(page, 0).waitFor();
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByRole('dialog', { name: 'New user' }).waitFor();
  await page.context().close();
});

it('a token signs in as it is copied, out of a header or of a file of settings', async () => {
  const { page } = await console_.open('/users');
  const token = await console_.token();
  for (const pasted of [`Bearer ${token}`, `Authorization: bearer ${token}`, `"${token}"`, ` '${token}' `]) {
    await signIn(page, pasted);
    await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  }
  await page.context().close();
});

it('what was said in a session is not said in the next one', async () => {
  const { page } = await console_.enter('/users/nobody-else');
  await page.goto(`${console_.url}/users`);
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByRole('textbox', { name: 'Id' }).fill('of-the-first-session');
  await page.getByRole('button', { name: 'Make the user' }).click();
  await page.getByText('The user of-the-first-session is made.').waitFor();
  await page.getByRole('banner').getByRole('button', { name: 'Sign out' }).click();
  await signIn(page, await console_.token());
  expect(await page.getByText('The user of-the-first-session is made.').count()).toBe(0);
  await page.context().close();
});
