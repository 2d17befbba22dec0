import { mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, signIn, startConsole } from '../browser/console-harness.js';
import { type BusyInstallation, DRAWABLE, fillInstallation } from './busy-installation.js';

/** Where the pages of this repository take their pictures from. */
const IMAGES = new URL('../../docs/images/', import.meta.url);

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

let console_: ConsoleUnderTest;
let busy: BusyInstallation;

beforeAll(async () => {
  await mkdir(IMAGES, { recursive: true });
  console_ = await startConsole();
  busy = await fillInstallation(console_.backEnd, console_.url);
});

afterAll(async () => {
  await busy?.end();
  await console_?.close();
});

interface Picture {
  name: string;
  path(): string;
  /** What is done before the picture is taken, and what it has to show. */
  show(page: Page): Promise<unknown>;
  scheme?: 'dark';
  viewport?: typeof PHONE;
}

const byName =
  '/users?sort=name&filter=%7B%22language%22%3A%7B%22%24in%22%3A%5B%22fr%22%2C%22de%22%2C%22es%22%5D%7D%7D';

const PICTURES: readonly Picture[] = [
  {
    name: 'console-overview',
    path: () => '/overview',
    // The lines behind the numbers need a moment to grow.
    show: async page => {
      await page.waitForTimeout(20_000);
      await console_.backEnd.actOnUsers({ role: 'guest' }, { type: 'revoke_tokens' }, { max: 100_000 });
      await page.getByRole('progressbar').waitFor();
      await page.waitForTimeout(500);
    },
  },
  {
    name: 'console-users',
    path: () => byName,
    show: page => rows(page),
  },
  { name: 'console-users-dark', path: () => byName, scheme: 'dark', show: page => rows(page) },
  { name: 'console-users-phone', path: () => byName, viewport: PHONE, show: page => rows(page) },
  {
    name: 'console-user',
    path: () => `/users/${busy.person.id}?tab=history&sort=name`,
    show: page => page.getByText('user.banned').first().waitFor(),
  },
  {
    name: 'console-action',
    path: () => byName,
    show: async page => {
      await rows(page);
      await page.locator('[role=row][data-index="0"]').getByRole('checkbox').click();
      await page.getByRole('button', { name: /^Select all .* that match$/ }).click();
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByRole('combobox', { name: 'The users' }).selectOption('hard');
      await page.getByText('This cannot be undone').waitFor();
      await page.getByRole('button', { name: /^Erase \d+ users/ }).waitFor();
    },
  },
  {
    name: 'console-import',
    path: () => '/import',
    show: async page => {
      await page.getByLabel('Choose a file').setInputFiles({
        name: 'people.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from(peopleAsCsv()),
      });
      await page.getByRole('combobox', { name: 'Where Customer goes' }).selectOption('id');
      await page.getByRole('button', { name: 'Check all rows' }).waitFor();
    },
  },
  {
    name: 'console-task',
    path: () => '/tasks',
    show: async page => {
      const filter = { role: 'guest' };
      const { task_id } = await console_.backEnd.actOnUsers(
        filter,
        { type: 'ban', reason: 'A flood of links', timeout: 60 },
        { max: 100_000 },
      );
      await page.goto(`${console_.url}/tasks/${task_id}?asked=${encodeURIComponent(JSON.stringify(filter))}`);
      await page.getByRole('article').getByRole('progressbar').waitFor();
      await page.waitForTimeout(1_500);
    },
  },
  {
    name: 'console-events',
    path: () => '/events',
    show: page => page.waitForTimeout(6_000),
  },
  {
    name: 'console-roles',
    path: () => '/settings?at=roles',
    show: page => page.getByRole('checkbox').first().waitFor(),
  },
];

it.each(PICTURES)('$name', async ({ name, path, show, scheme, viewport = WIDE }) => {
  const { page, problems } = await console_.open(path(), { viewport, colorScheme: scheme ?? 'light' });
  await signIn(page, await console_.token({ exp: Math.floor(Date.now() / 1_000) + 3_600 }));
  await show(page);
  await page.mouse.move(0, viewport.height - 1);
  await page.waitForTimeout(500);
  const file = fileURLToPath(new URL(`${name}.png`, IMAGES));
  await page.screenshot({ path: file });
  expect(problems).toEqual([]);
  expect((await stat(file)).size).toBeGreaterThan(10_000);
  await page.context().close();
});

/** The first rows are there, with what is known of who is online. */
async function rows(page: Page): Promise<void> {
  await page.locator('[role=row][data-index="5"]').waitFor();
  await page.waitForTimeout(1_500);
}

function peopleAsCsv(): string {
  const lines = DRAWABLE.slice(0, 40).map(({ id, name, teams, custom }) =>
    [`new-${id}`, name, teams.join('|'), custom.age ?? '', custom.plan ?? ''].join(';'),
  );
  return ['Customer;Full name;Teams;Age;Plan', ...lines].join('\n');
}
