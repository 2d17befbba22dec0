import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, startConsole } from './console-harness.js';

const COUNT = 1_200;

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  const people = Array.from({ length: COUNT }, (_, index) => ({
    id: `user-${index}`,
    name: `Person ${index}`,
  }));
  await console_.backEnd.importUsers(people);
});

afterAll(async () => {
  await console_?.close();
});

it('the first page says how many there are without a false number, and draws four small lines', async () => {
  const { page, problems } = await console_.enter('/');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  const body = page.getByRole('region', { name: 'How the installation is doing' });
  await body.getByText(/^(at least 1,000|about [\d,]+)$/).waitFor();
  await body.getByText(/1,200 new today/).waitFor();
  // The fourth line, of who is online, begins with the second answer.
  await expect.poll(() => body.getByRole('img').count(), { timeout: 10_000 }).toBe(4);
  await body
    .getByRole('img', { name: 'New users a day, of 30 days: 1,200 at most, 1,200 at last' })
    .waitFor();
  expect(problems).toEqual([]);
  await page.context().close();
});

it('the last ten events are those of the log, newest first, and go on live', async () => {
  for (let index = 0; index < 12; index++)
    await console_.backEnd.partialUpdateUser({ id: `user-${index}`, set: { plan: 'pro' } });
  const { page } = await console_.enter('/overview');
  const rows = page.getByRole('region', { name: 'Last events' }).getByRole('listitem');
  await expect.poll(() => rows.count()).toBe(10);
  expect(await rows.first().textContent()).toMatch(/^user\.updatedPerson 11 by a back end/);
  expect(await rows.last().textContent()).toContain('Person 2 ');
  await console_.backEnd.createRole('seen');
  await expect.poll(() => rows.first().textContent()).toMatch(/^role\.createdseen by a back end/);
  expect(await rows.count()).toBe(10);
  await console_.backEnd.deleteRole('seen');
  await rows.first().getByText('role.deleted').waitFor();
  // An event about a user leads to it.
  await rows.getByRole('link', { name: 'Person 11' }).click();
  await page.getByRole('article').waitFor();
  expect(new URL(page.url()).pathname).toBe('/users/user-11');
  await page.context().close();
});

it('a task that runs shows how far it is, and goes when it has ended', async () => {
  const { page } = await console_.enter('/overview');
  const tasks = page.getByRole('region', { name: 'Tasks that run' });
  await tasks.getByText('No task runs.').waitFor();
  const modes = { user: 'hard', messages: 'hard', conversations: 'hard' } as const;
  const filter = { id: { $in: Array.from({ length: 600 }, (_, index) => `user-${index + 600}`) } };
  const { task_id } = await console_.backEnd.actOnUsers(filter, { type: 'delete', ...modes }, { max: 600 });
  await tasks.getByRole('progressbar', { name: 'Progress of: Delete all that match' }).waitFor();
  await expect
    .poll(() => tasks.getByText(/\d+ \/ 600/).textContent(), { timeout: 20_000 })
    .toMatch(/^[1-9]\d* \/ 600/);
  await console_.backEnd.waitForTask(task_id);
  await tasks.getByText('No task runs.').waitFor();
  await tasks.getByText(/1 completed/).waitFor();
  await page.context().close();
});

it('a warning says what to do, and leads to its setting', async () => {
  const { page } = await console_.enter('/overview');
  const warnings = page.getByRole('region', { name: /^Warnings/ });
  // The token of this session has no expiry.
  await warnings.getByText('A server token that never expires was used').waitFor();
  await warnings.getByText('Sign server tokens that expire').waitFor();
  await warnings.getByRole('link', { name: 'Go to the setting' }).click();
  await page.getByText('No token is refused for its age.').waitFor();
  expect(new URL(page.url()).search).toBe('?at=revoke_tokens_issued_before');
  await page.context().close();
});

it('the numbers are read again while somebody sees the page, and only then', async () => {
  const { page } = await console_.enter('/overview');
  let asked = 0;
  page.on('request', request => {
    if (request.url().includes('overview.get')) asked += 1;
  });
  await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(1);
  const see = (state: 'hidden' | 'visible') =>
    page.evaluate(value => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, value });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    }, state);
  await see('hidden');
  const before = asked;
  await page.waitForTimeout(7_000);
  // One was under way.
  expect(asked - before).toBeLessThanOrEqual(1);
  await see('visible');
  await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(before + 1);
  await page.context().close();
});

it('numbers that could not be read again are never shown as if they were fresh', async () => {
  const { page } = await console_.enter('/overview');
  await page.getByRole('region', { name: 'How the installation is doing' }).waitFor();
  await console_.stopServer();
  await page.getByText('The server does not answer. These numbers are of').waitFor({ timeout: 20_000 });
  await page.getByRole('region', { name: 'How the installation is doing' }).waitFor();
  await console_.restartServer();
  await page
    .getByText('The server does not answer. These numbers are of')
    .waitFor({ state: 'hidden', timeout: 20_000 });
  await page.context().close();
});

it('settings that cannot be read say so, and are read when they can be', async () => {
  const { page } = await console_.enter('/overview');
  await page.route('**/trpc/settings.get**', route => route.abort());
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'The server does not answer' }).waitFor({ timeout: 20_000 });
  await page.unroute('**/trpc/settings.get**');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('button', { name: /^Guests:/ }).waitFor();
  await page.context().close();
});
