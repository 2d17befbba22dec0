import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
});

afterAll(async () => {
  await console_?.close();
});

/** Users of one group, which a filter finds. */
async function group(name: string, count: number): Promise<void> {
  await console_.backEnd.importUsers(
    Array.from({ length: count }, (_, index) => ({
      id: `${name}-${index}`,
      name: `${name} ${index}`,
      teams: [name],
    })),
  );
}

const listOf = (name: string) =>
  `/users?filter=${encodeURIComponent(JSON.stringify({ teams: { $contains: name } }))}`;

const row = (page: Page, index: number) => page.locator(`[role=row][data-index="${index}"]`);

async function selectAll(page: Page): Promise<void> {
  await row(page, 0).getByRole('checkbox').click();
  await page.getByRole('button', { name: /^Select all .* that match$/ }).click();
  await page.getByText(/^All [\d,+]+ that match$/).waitFor();
}

const active = async (name: string) =>
  (await console_.backEnd.countUsers({ teams: { $contains: name } }, { up_to: 10_000 })).count;

it('an action on all that match says how many and who, does it to exactly so many, and is followed to its end', async () => {
  await group('red', 230);
  const { page, problems } = await console_.enter(listOf('red'));
  await selectAll(page);
  await page.getByRole('button', { name: 'Deactivate…' }).click();
  const asked = page.getByRole('dialog', { name: 'Deactivate users' });
  await asked.getByText('230 users match.').waitFor();
  await asked.getByText(/red \d+ \(red-\d+\).* and 225 more$/).waitFor();
  await asked.getByText('{"teams":{"$contains":"red"}}').first().waitFor();
  await asked.getByRole('button', { name: 'Deactivate 230 users' }).click();
  await page.getByText('Finished: 230 users deactivated.').waitFor({ timeout: 30_000 });
  expect(await active('red')).toBe(0);

  // The address holds the task and the filter that it was asked with: a reload shows the same, and leads back to the list.
  expect(new URL(page.url()).pathname).toMatch(/^\/tasks\/[0-9a-f-]{36}$/);
  await page.reload();
  await page.getByText('Finished: 230 users deactivated.').waitFor();
  await page.getByRole('link', { name: 'Those who match its filter now' }).click();
  await row(page, 0)
    .getByText(/^red \d+$/)
    .waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it('when the number has moved, nothing is done: both numbers are said, and it is asked again', async () => {
  await group('blue', 120);
  const { page } = await console_.enter(listOf('blue'));
  await selectAll(page);
  await page.getByRole('button', { name: 'Deactivate…' }).click();
  const button = page.getByRole('button', { name: /^Deactivate [\d,]+ users$/ });
  await page.getByText('120 users match.').waitFor();
  await console_.backEnd.upsertUser({ id: 'blue-late', teams: ['blue'] });
  await button.click();
  await page
    .getByRole('alert')
    .filter({ hasText: '120 users matched when you looked, 121 users match now. Nothing was done.' })
    .waitFor();
  expect(await active('blue')).toBe(121);
  await page.getByRole('button', { name: 'Deactivate 121 users' }).click();
  await page.getByText('Finished: 121 users deactivated.').waitFor({ timeout: 30_000 });
  await page.context().close();
});

it('a deletion whose result grows while it is asked is asked again, and cancelled in the middle it says what happened', async () => {
  const BEFORE = 2_700;
  await group('brown', BEFORE);
  const { page } = await console_.enter(listOf('brown'));
  await selectAll(page);
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete users' });
  await dialog.getByRole('combobox', { name: 'The users' }).selectOption('hard');
  await dialog.getByRole('textbox', { name: 'Type delete 2700' }).fill('delete 2700');
  const first = dialog.getByRole('button', { name: /^Erase 2,700 users/ });
  await expect.poll(() => first.isEnabled()).toBe(true);
  await console_.backEnd.importUsers(
    Array.from({ length: 300 }, (_, index) => ({ id: `brown-late-${index}`, teams: ['brown'] })),
  );
  await first.click();
  await dialog
    .getByRole('alert')
    .filter({ hasText: '2,700 users matched when you looked, 3,000 users match now. Nothing was done.' })
    .waitFor();
  const matching = async () =>
    (
      await console_.backEnd.countUsers(
        { teams: { $contains: 'brown' } },
        { include_deleted_users: true, include_deactivated_users: true, up_to: 10_000 },
      )
    ).count;
  expect(await matching()).toBe(3_000);
  // What was typed for another number does not confirm this one.
  const erase = dialog.getByRole('button', { name: /^Erase 3,000 users/ });
  expect(await erase.isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: 'Type delete 3000' }).fill('delete 3000');
  await erase.click();

  await page.getByRole('button', { name: 'Cancel the task…' }).click();
  await page.getByRole('button', { name: 'Cancel the task', exact: true }).click();
  const said = page.getByText(/^Cancelled: [\d,]+ users? deleted/);
  await said.waitFor();
  const [, deleted = ''] = /([\d,]+) users? deleted/.exec((await said.textContent()) ?? '') ?? [];
  const done = Number(deleted.replaceAll(',', ''));
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(3_000);
  expect(await matching()).toBe(3_000 - done);
  const id = new URL(page.url()).pathname.split('/').at(-1) as string;
  const { status, progress } = await console_.backEnd.getTask(id);
  expect([status, progress.done]).toEqual(['cancelled', done]);
  await page.context().close();
});

it('some who are selected are acted on by one call, whatever their number', async () => {
  await group('green', 30);
  const { page } = await console_.enter(listOf('green'));
  const calls: string[] = [];
  page.on('request', request => {
    const [, name] = /\/trpc\/([\w.,]+)/.exec(request.url()) ?? [];
    if (request.method() === 'POST' && name) calls.push(...name.split(','));
  });
  for (const index of [0, 1, 2]) await row(page, index).getByRole('checkbox').click();
  await page.getByRole('button', { name: 'Ban…', exact: true }).click();
  await page.getByRole('textbox', { name: 'Reason' }).fill('spam');
  await page.getByRole('button', { name: 'Ban 3 users' }).click();
  await page.getByText('Finished: 3 users banned.').waitFor({ timeout: 30_000 });
  expect(calls.filter(name => name === 'users.act')).toHaveLength(1);
  expect(calls.filter(name => name.startsWith('moderation.'))).toEqual([]);
  const { bans } = await console_.backEnd.queryBannedUsers();
  expect(bans.filter(({ reason }) => reason === 'spam')).toHaveLength(3);
  await page.context().close();
});

it('a deletion is chosen mode by mode, and what cannot be undone wants to be typed with its number', async () => {
  await group('grey', 12);
  const { page } = await console_.enter(listOf('grey'));
  await row(page, 0).getByRole('checkbox').click();
  await row(page, 1).getByRole('checkbox').click();
  await page.getByRole('button', { name: 'Delete…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete users' });
  await dialog.getByRole('button', { name: 'Delete 2 users' }).waitFor();
  await dialog.getByRole('combobox', { name: 'The users' }).selectOption('hard');
  for (const bound of ['Their messages and activities', 'Their 1:1 channels']) {
    const field = dialog.getByRole('combobox', { name: bound });
    expect([await field.inputValue(), await field.isDisabled()]).toEqual(['hard', true]);
  }
  await dialog.getByText('Nothing may name somebody who is erased').first().waitFor();
  await dialog.getByText('This cannot be undone').waitFor();
  const button = dialog.getByRole('button', { name: 'Erase 2 users' });
  expect(await button.isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: 'Type delete 2' }).fill('delete 2');
  await button.click();
  await page.getByText('Finished: 2 users deleted.').waitFor({ timeout: 30_000 });
  const all = { include_deleted_users: true, include_deactivated_users: true };
  expect((await console_.backEnd.countUsers({ teams: { $contains: 'grey' } }, all)).count).toBe(10);
  await page.context().close();
});

it('a task is cancelled where it is, and says what is done; one whose page is left says its end', async () => {
  await group('white', 3_000);
  const { page } = await console_.enter(listOf('white'));
  const erase = async () => {
    await selectAll(page);
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('combobox', { name: 'The users' }).selectOption('hard');
    const button = page.getByRole('button', { name: /^Erase [\d,]+ users/ });
    const [word = ''] =
      /delete \d+/.exec((await page.getByText(/^Type delete \d+/).textContent()) ?? '') ?? [];
    await page.getByRole('textbox', { name: word }).fill(word);
    await button.click();
  };
  await erase();
  await page.getByRole('button', { name: 'Cancel the task…' }).click();
  await page.getByRole('button', { name: 'Cancel the task', exact: true }).click();
  const said = page.getByText(/^Cancelled: [\d,]+ users? deleted.* What is done stays done\.$/);
  await said.waitFor({ timeout: 30_000 });
  const [, done = ''] = /([\d,]+) users? deleted/.exec((await said.textContent()) ?? '') ?? [];
  expect(await active('white')).toBe(3_000 - Number(done.replaceAll(',', '')));

  await page.goto(new URL(listOf('white'), page.url()).href);
  await erase();
  await page.getByRole('link', { name: 'Overview' }).click();
  await page.getByText(/^Finished: [\d,]+ users deleted\./).waitFor({ timeout: 60_000 });
  expect(await active('white')).toBe(0);
  await page.context().close();
});

it('what the server refuses is said before anything is done', async () => {
  await group('black', 3);
  const { page } = await console_.enter(listOf('black'));
  await row(page, 0).getByRole('checkbox').click();
  await page.getByRole('button', { name: 'Set field…' }).click();
  await page.getByRole('combobox', { name: 'Field' }).fill('revision');
  await page.getByRole('alert').filter({ hasText: 'revision' }).waitFor();
  await page.getByRole('combobox', { name: 'Field' }).fill('plan');
  await page.getByRole('textbox', { name: 'Value' }).fill('pro');
  await page.getByRole('button', { name: 'Set a field of 1 user' }).click();
  await page.getByText('Finished: 1 user changed.').waitFor({ timeout: 30_000 });
  expect((await console_.backEnd.countUsers({ plan: 'pro' })).count).toBe(1);
  await page.context().close();
});

it('a token that may only read sees the actions, and why it cannot take them', async () => {
  await group('pale', 2);
  const { page } = await console_.open(listOf('pale'));
  await page.getByLabel('Server token or secret').fill(await console_.token({ read_only: true }));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await row(page, 0).getByRole('checkbox').click();
  const button = page.getByRole('button', { name: 'Delete…' });
  expect(await button.isDisabled()).toBe(true);
  expect(await button.getAttribute('title')).toContain('may only read');
  expect(await page.getByRole('button', { name: 'Export…' }).isDisabled()).toBe(false);
  await page.context().close();
});
