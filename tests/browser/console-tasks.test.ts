import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, rowOf, signIn, startConsole } from './console-harness.js';

/** So many users that an action on all of them can be watched. */
const COUNT = 20_000;

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  await console_.backEnd.importUsers(
    Array.from({ length: COUNT }, (_, index) => ({ id: `many-${index}`, plan: 'free' })),
  );
  await console_.backEnd.upsertUsers(['ann', 'ben', 'cat'].map(id => ({ id, name: id })));
});

afterAll(async () => {
  await console_?.close();
});

const all = { plan: { $exists: true } };

/** An action that takes some seconds. */
async function beginLong(plan: string): Promise<string> {
  const { task_id } = await console_.backEnd.actOnUsers(all, { type: 'set', set: { plan } }, { max: COUNT });
  return task_id;
}

/**
 * An action that another one beside it makes longer, so that there is time to be in the middle of it, shown by a page that is open
 * already.
 */
async function showLong(page: Page, plan: string): Promise<{ id: string; end(): Promise<unknown> }> {
  const { backEnd } = console_;
  const other = await backEnd.actOnUsers(all, { type: 'set', set: { note: plan } }, { max: COUNT });
  const id = await beginLong(plan);
  await page.evaluate(path => history.pushState({}, '', path), `/tasks/${id}`);
  const end = async () => {
    for (const task of [other.task_id, id]) {
      await backEnd.cancelTask(task);
      await backEnd.waitForTask(task);
    }
  };
  return { id, end };
}

/** The user whose name another one has taken cannot be restored; the other one can. */
async function restoreWithOneFailure(): Promise<string> {
  const { backEnd } = console_;
  await backEnd.updateAppSettings({ enforce_unique_usernames: 'app' });
  await backEnd.upsertUsers([
    { id: 'lost', name: 'Same name' },
    { id: 'found', name: 'Other name' },
  ]);
  await backEnd.waitForTask((await backEnd.deleteUsers(['lost', 'found'], { user: 'soft' })).task_id);
  await backEnd.upsertUser({ id: 'taker', name: 'Same name' });
  const { task_id } = await backEnd.restoreUsers(['lost', 'found']);
  await backEnd.waitForTask(task_id);
  return task_id;
}

const inNavigation = (page: Page) => page.getByRole('navigation').getByRole('link', { name: 'Tasks' });

describe('the list', () => {
  it('moves by itself: a task that begins waits behind a number, runs in its row, and ends there', async () => {
    const { page, problems } = await console_.enter('/tasks');
    await page.getByText('There are no tasks').or(page.getByRole('table')).first().waitFor();
    const id = await beginLong('pro');
    await expect.poll(() => inNavigation(page).textContent()).toMatch(/1 running/);
    await page.getByRole('button', { name: '1 new' }).click();
    const row = rowOf(page, 'Set fields of all that match');
    await row.getByText('running').waitFor();
    expect(await row.textContent()).toContain('20,000 users');
    expect(await row.textContent()).toContain('a back end');
    const bar = row.getByRole('progressbar');
    const early = Number(await bar.getAttribute('value'));
    await expect.poll(async () => Number(await bar.getAttribute('value'))).toBeGreaterThan(early);
    await row.getByText('completed').waitFor({ timeout: 60_000 });
    expect(await row.textContent()).toContain('20,000 / 20,000');
    await expect.poll(() => inNavigation(page).textContent()).toBe('Tasks');
    expect((await console_.backEnd.getTask(id)).status).toBe('completed');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('is narrowed by state and by type, goes by pages, and the address holds all of it', async () => {
    const ids: string[] = [];
    for (let made = 0; made < 55; made++) ids.push((await console_.backEnd.exportUsers(['ann'])).task_id);
    await console_.backEnd.waitForTask(ids.at(-1) as string);
    const { page } = await console_.enter('/tasks');
    await page.getByRole('combobox', { name: 'Type' }).selectOption({ label: 'Export users' });
    await page.waitForURL(url => url.searchParams.get('type') === 'users.export');
    await page.getByText('50 on this page', { exact: true }).waitFor();
    await page.keyboard.press(']');
    await page.getByText('5 on this page', { exact: true }).waitFor();
    expect(new URL(page.url()).searchParams.get('next')).not.toBe(null);
    await page.reload();
    await page.getByText('5 on this page', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Newest' }).click();
    await page.getByText('50 on this page', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('failed');
    await page.getByText('No task is like that').waitFor();
    await page.getByRole('button', { name: 'Show all tasks' }).click();
    await page.waitForURL(url => url.search === '');
    await page.context().close();
  });

  it('is gone through and opened by keys alone', async () => {
    const { page } = await console_.enter('/tasks');
    await page.getByRole('table').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.getByRole('article').waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/tasks\/[0-9a-f-]{36}$/);
    await page.keyboard.press('Escape');
    await page.waitForURL(url => url.pathname === '/tasks');
    await page.context().close();
  });

  it('says when the server is away, and comes with the next try', async () => {
    const { page } = await console_.open('/tasks');
    // Questions of one moment share a request, so that it may begin with another one.
    const asked = /\/trpc\/[^?]*tasks\.list/;
    await page.route(asked, route => route.abort());
    await signIn(page, await console_.token());
    // When the stream of events begins, the page tries by itself; after that it waits for somebody.
    const state = page.getByRole('banner').getByRole('status');
    await expect.poll(() => state.textContent()).toBe('live');
    await page.waitForTimeout(1_000);
    await page.getByText('The server does not answer').waitFor();
    await page.unroute(asked);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('table').waitFor();
    await page.context().close();
  });

  it('begins anew where the cursor of the address is of another list', async () => {
    const { page } = await console_.enter('/tasks?next=nonsense');
    await page.getByText('this cursor was not issued for this list').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('table').waitFor();
    await page.context().close();
  });
});

describe('one task', () => {
  it('shows those who failed first, with the reason, and tries again for them', async () => {
    const id = await restoreWithOneFailure();
    const { page, problems } = await console_.enter(`/tasks/${id}`);
    const outcomes = page.getByRole('table', { name: 'What became of each user' }).getByRole('row');
    await outcomes.nth(1).waitFor();
    expect(await outcomes.nth(1).textContent()).toMatch(/^lostfailed.*USERNAME_TAKEN/);
    expect(await outcomes.nth(2).textContent()).toMatch(/^founddone/);
    await console_.backEnd.partialUpdateUser({ id: 'taker', set: { name: 'Another name' } });
    await page.getByRole('button', { name: 'Try again for the 1 failed…' }).click();
    await page.getByRole('button', { name: 'Try again for 1 user' }).click();
    await page.waitForURL(url => url.pathname !== `/tasks/${id}`);
    await page.getByRole('article').getByText('completed').waitFor();
    expect((await console_.backEnd.queryUsers({ id: 'lost' })).users).toHaveLength(1);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('is cancelled after it was said what that means; what is done stays done', async () => {
    const { page } = await console_.enter('/tasks');
    const { id, end } = await showLong(page, 'max');
    await page.getByRole('button', { name: 'Cancel the task…' }).click();
    await page.getByText('What is done stays done').waitFor();
    await page.getByRole('button', { name: 'Cancel the task', exact: true }).click();
    await page.getByRole('article').getByText('cancelled', { exact: true }).waitFor();
    const { status, progress } = await console_.backEnd.getTask(id);
    expect(status).toBe('cancelled');
    expect((await console_.backEnd.countUsers({ plan: 'max' }, { up_to: COUNT })).count).toBe(progress.done);
    await end();
    await page.context().close();
  });

  it('cannot be cancelled with a token that only reads, and says why', async () => {
    const { page } = await console_.open('/tasks');
    await signIn(page, await console_.token({ read_only: true }));
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    const { end } = await showLong(page, 'min');
    const cancel = page.getByRole('button', { name: 'Cancel the task…' });
    await cancel.waitFor();
    expect(await cancel.isDisabled()).toBe(true);
    expect(await cancel.getAttribute('title')).toContain('may only read');
    await end();
    await page.context().close();
  });

  it('that acted on many shows its counts, and leads to its filter and to whom it touched', async () => {
    const filter = { id: { $in: ['ann', 'ben', 'nobody'] } };
    const { backEnd } = console_;
    const { task_id } = await backEnd.actOnUsers(filter, { type: 'deactivate' }, { max: 3 });
    await backEnd.waitForTask(task_id);
    const { page } = await console_.enter(
      `/tasks/${task_id}?asked=${encodeURIComponent(JSON.stringify(filter))}`,
    );
    await page.getByRole('heading', { name: 'Deactivate all that match' }).waitFor();
    expect(await page.locator('dl').textContent()).toBe('done2unchanged0skipped0superseded0failed0');
    await page.getByRole('link', { name: 'Those who match its filter now' }).click();
    await page.waitForURL(url => url.pathname === '/users');
    expect(JSON.parse(new URL(page.url()).searchParams.get('filter') ?? '')).toEqual(filter);
    await page.goBack();
    const touched = page.getByRole('link', { name: 'The users who were deactivated while it ran' });
    await touched.click();
    // Until the users are there, the tasks stay on the screen, and their rows name people, too.
    await touched.waitFor({ state: 'hidden' });
    await rowOf(page, 'ann').waitFor();
    await rowOf(page, 'ben').waitFor();
    expect(await page.getByRole('row').count()).toBe(3);
    await page.context().close();
  });

  it('leads to the file of an export', async () => {
    const { task_id } = await console_.backEnd.exportUsers(['cat']);
    await console_.backEnd.waitForTask(task_id);
    const { page } = await console_.enter(`/tasks/${task_id}`);
    const link = await page.getByRole('link', { name: /^Save the file/ }).getAttribute('href');
    expect(await (await fetch(link ?? '')).text()).toContain('"cat"');
    await page.context().close();
  });

  it('that does not exist is told', async () => {
    const { page } = await console_.enter('/tasks/00000000-0000-4000-8000-000000000000');
    await page.getByText('There is no such task').waitFor();
    await page.goto(`${console_.url}/tasks/nonsense`);
    await page.getByText('There is no such task').waitFor();
    await page.context().close();
  });
});
