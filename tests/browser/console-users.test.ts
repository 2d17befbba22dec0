import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, type OpenPage, rowOf, signIn, startConsole } from './console-harness.js';

const COUNT = 1_200;

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  await console_.backEnd.importUsers(
    Array.from({ length: COUNT }, (_, index) => ({
      id: `user-${index}`,
      name: index % 100 === 7 ? `Jane Doe ${index}` : `Person ${index}`,
      role: index % 10 === 0 ? 'admin' : 'user',
      teams: index % 2 === 0 ? ['red'] : ['blue'],
      plan: index % 3 === 0 ? 'pro' : 'free',
    })),
  );
});

afterAll(async () => {
  await console_?.close();
});

const row = (page: Page, index: number) => page.locator(`[role=row][data-index="${index}"]`);

async function atList(path = '/users'): Promise<OpenPage> {
  const opened = await console_.open(path);
  const { page } = opened;
  let answers = 0;
  page.on('response', response => {
    if (response.url().includes('users.query')) answers += 1;
  });
  await signIn(page, await console_.token());
  await row(page, 0).waitFor();
  // The list is read once more when the events begin to come. From then on it changes by events alone.
  for (let tries = 0; tries < 30 && answers < 2; tries++) await page.waitForTimeout(100);
  return opened;
}

/** The filter that the address holds. */
const filterIn = (page: Page) => JSON.parse(new URL(page.url()).searchParams.get('filter') ?? '{}');

describe('the rows', () => {
  it('are a grid of which only what is in sight exists, and which goes on as it is scrolled', async () => {
    const { page, problems } = await atList();
    await page.getByText('1,000+', { exact: true }).waitFor();
    const grid = page.getByRole('grid', { name: 'Users' });
    expect(await grid.getAttribute('aria-rowcount')).toBe('-1');
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    expect(await row(page, 3).getAttribute('aria-rowindex')).toBe('5');
    expect(await page.locator('[role=row][tabindex="0"]').count()).toBe(1);

    for (let pages = 0; pages < 40; pages++) {
      await grid.evaluate(element => element.scrollTo(0, element.scrollHeight));
      if (await row(page, COUNT - 1).isVisible()) break;
      await page.waitForTimeout(100);
    }
    await row(page, COUNT - 1).waitFor();
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(COUNT + 1));
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('are gone through, selected and opened by keys alone', async () => {
    const { page } = await atList('/users?sort=id');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('x');
    await page.getByText('1 selected').waitFor();
    expect(await row(page, 1).getAttribute('aria-selected')).toBe('true');
    const name = await row(page, 1).locator('code').first().textContent();
    await page.keyboard.press('Enter');
    await page.waitForURL(url => url.pathname === `/users/${name}`);
    await page.getByRole('article').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(url => url.pathname === '/users');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByText('1 selected').isVisible()).toBe(false);
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
    await page.context().close();
  });

  it('are everybody who matches when all are selected, counted', async () => {
    const { page } = await atList('/users?filter=%7B"role"%3A"user"%7D');
    await row(page, 0).getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Select all 1,000+ that match' }).click();
    await page.getByText(`All ${(COUNT * 0.9).toLocaleString('en')} that match`).waitFor();
    await page.context().close();
  });
});

describe('the search', () => {
  it('finds as one types, is in the address, and a reload shows the same', async () => {
    const { page } = await atList();
    await page.getByLabel('Search users by name or id').pressSequentially('jane', { delay: 30 });
    await rowOf(page, 'Jane Doe 107').waitFor();
    await expect.poll(() => page.getByRole('row').count()).toBe(13);
    expect(new URL(page.url()).searchParams.get('q')).toBe('jane');
    await page.reload();
    await rowOf(page, 'Jane Doe 107').waitFor();
    expect(await page.getByLabel('Search users by name or id').inputValue()).toBe('jane');
    await page.context().close();
  });

  it('cancels the question of what was typed before, and never shows its answer', async () => {
    const { page } = await atList();
    const cancelled: string[] = [];
    page.on('requestfailed', request => cancelled.push(request.postData() ?? ''));
    // The answer to the first word comes long after the answer to the second.
    await page.route('**/trpc/users.query*', async route => {
      if (route.request().postData()?.includes('"person"'))
        await new Promise(resolve => setTimeout(resolve, 1_500));
      await route.continue().catch(() => {});
    });
    const field = page.getByLabel('Search users by name or id');
    await field.fill('person');
    await page.waitForTimeout(400);
    await field.fill('jane');
    await expect.poll(() => page.getByRole('row').count()).toBe(13);
    expect(cancelled.some(asked => asked.includes('"person"'))).toBe(true);
    await page.waitForTimeout(1_600);
    expect(await page.getByRole('row').count()).toBe(13);
    await page.context().close();
  });
});

describe('the filter', () => {
  it('is chips that are edited in place, and the same as text', async () => {
    const { page, problems } = await atList();
    await page.getByRole('button', { name: 'filter', exact: true }).click();
    await page.getByRole('combobox', { name: 'Field' }).fill('plan');
    await page.getByRole('combobox', { name: 'Value' }).fill('pro');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'plan: pro', exact: true }).waitFor();
    expect(filterIn(page)).toEqual({ plan: 'pro' });

    await page.getByRole('button', { name: 'plan: pro', exact: true }).click();
    await page.getByRole('combobox', { name: 'Value' }).fill('free');
    await page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => filterIn(page)).toEqual({ plan: 'free' });

    await page.getByRole('button', { name: 'as text' }).click();
    const text = page.getByLabel('The filter as JSON');
    expect(JSON.parse(await text.inputValue())).toEqual({ plan: 'free' });
    await text.fill('{ "plan": "free", "teams": { "$has": "red" } }');
    await page.getByText('Line 1: teams does not take $has.').waitFor();
    expect(await page.getByRole('dialog').locator('mark').textContent()).toBe('"$has"');
    expect(await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
    await text.fill('{ "plan": "free", "teams": { "$contains": "red" } }');
    await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'teams: red', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Remove the condition plan: free' }).click();
    await expect.poll(() => filterIn(page)).toEqual({ teams: { $contains: 'red' } });
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('stays text where chips cannot show it', async () => {
    const filter = { $or: [{ role: 'admin' }, { plan: 'pro' }] };
    const { page } = await atList(`/users?filter=${encodeURIComponent(JSON.stringify(filter))}`);
    await page.getByRole('button', { name: 'filter as text' }).click();
    expect(JSON.parse(await page.getByLabel('The filter as JSON').inputValue())).toEqual(filter);
    await page.context().close();
  });

  it('that no index helps says so, and makes the index', async () => {
    const { page } = await atList('/users?filter=%7B"plan"%3A"pro"%7D');
    await page.getByText('No index helps plan.').waitFor();
    await page.getByRole('button', { name: 'Make one…' }).click();
    await page.getByRole('button', { name: 'Make the index' }).click();
    await expect.poll(() => page.getByText('No index helps plan.').isVisible()).toBe(false);
    expect((await console_.backEnd.getAppSettings()).indexed_custom_fields).toEqual(['plan']);
    await page.context().close();
  });
});

describe('what changes while one looks', () => {
  const admins = '/users?filter=%7B"role"%3A"admin"%7D&columns=name%2Cid%2Crole%2Cteams&sort=id';

  it('flashes in the cell that changed, and only there', async () => {
    const { page } = await atList(admins);
    await console_.backEnd.partialUpdateUser({ id: 'user-1000', set: { teams: ['green'] } });
    const changed = rowOf(page, 'user-1000');
    await changed.getByText('green').waitFor();
    expect(await changed.locator('[data-flash=true]').allTextContents()).toEqual(['green']);
    await page.context().close();
  });

  it('stays in its place, marked, when it no longer matches, until the list is read again', async () => {
    const { page } = await atList(admins);
    await console_.backEnd.partialUpdateUser({ id: 'user-1010', set: { role: 'user' } });
    const left = rowOf(page, 'user-1010');
    await expect.poll(() => left.getAttribute('aria-description')).toBe('no longer matches');
    const before = await left.getAttribute('data-index');
    await page.waitForTimeout(300);
    expect(await left.getAttribute('data-index')).toBe(before);
    await page.keyboard.press('r');
    await expect.poll(() => left.count()).toBe(0);
    await console_.backEnd.partialUpdateUser({ id: 'user-1010', set: { role: 'admin' } });
    await page.context().close();
  });

  it('is seen also when it changed after the list was read and before the events began to come', async () => {
    const { page } = await atList(admins);
    await page.routeWebSocket('**/trpc**', async socket => {
      await new Promise(resolve => setTimeout(resolve, 2_000));
      socket.connectToServer();
    });
    await page.reload();
    await rowOf(page, 'user-1030').waitFor();
    await console_.backEnd.partialUpdateUsers([
      { id: 'user-1030', set: { teams: ['in-between'] } },
      { id: 'user-1040', set: { role: 'user' } },
    ]);
    await rowOf(page, 'in-between').waitFor();
    await expect.poll(() => rowOf(page, 'user-1040').count()).toBe(0);
    await console_.backEnd.partialUpdateUser({ id: 'user-1040', set: { role: 'admin' } });
    await page.context().close();
  });

  it('waits behind a number when it is new, and nothing moves', async () => {
    const { page } = await atList(admins);
    const first = await row(page, 0).textContent();
    await console_.backEnd.upsertUsers([{ id: 'new-1', role: 'admin' }, { id: 'new-2' }]);
    await console_.backEnd.partialUpdateUser({ id: 'user-5', set: { role: 'admin' } });
    const button = page.getByRole('button', { name: '2 new' });
    await button.waitFor();
    expect(await row(page, 0).textContent()).toBe(first);
    await button.click();
    await rowOf(page, 'new-1').waitFor();
    expect(await button.isVisible()).toBe(false);
    await page.context().close();
  });

  it('is read again when the connection was lost, and the page says that it is', async () => {
    const { page } = await atList(admins);
    const state = page.getByRole('banner').getByRole('status');
    await expect.poll(() => state.textContent()).toBe('live');
    await console_.stopServer();
    await expect.poll(() => state.textContent(), { timeout: 20_000 }).toContain('reconnecting since');
    await console_.restartServer();
    await console_.backEnd.partialUpdateUser({ id: 'user-1020', set: { teams: ['while-away'] } });
    await rowOf(page, 'while-away').waitFor({ timeout: 60_000 });
    await expect.poll(() => state.textContent(), { timeout: 60_000 }).toBe('live');
    await page.context().close();
  });
});

describe('what can go wrong', () => {
  it('nobody matches: it says so, and clears the filter', async () => {
    const { page } = await console_.enter('/users?q=nobodyhasthisname');
    await page.getByText('Nobody matches').waitFor();
    await page.getByRole('button', { name: 'Clear search and filter' }).click();
    await row(page, 0).waitFor();
    await page.context().close();
  });

  it('a filter that the server refuses is told with its reason', async () => {
    const { page } = await console_.enter('/users?filter=%7B"image"%3A"x"%7D');
    await page.getByText('The server refused this').waitFor();
    await page.getByText('cannot be queried').first().waitFor();
    await page.context().close();
  });

  it('a server that is away is told, and the list comes with the next try', async () => {
    const { page } = await atList();
    await page.route('**/trpc/users.query*', route => route.abort());
    await page.keyboard.press('r');
    await page.getByText('The server does not answer').waitFor();
    await page.unroute('**/trpc/users.query*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, 0).waitFor();
    await page.context().close();
  });
});
