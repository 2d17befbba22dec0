import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barriersOf, type ConsoleUnderTest, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  await console_.backEnd.upsertUsers(
    Array.from({ length: 60 }, (_, index) => ({
      id: `user-${index}`,
      name: `Person ${index}`,
      teams: ['red', 'blue'],
      plan: index % 2 === 0 ? 'pro' : 'free',
    })),
  );
  await console_.backEnd.partialUpdateUser({ id: 'user-59', set: { plan: 'max', name: 'Jane' } });
  await console_.backEnd.createRole('keeper');
  await console_.backEnd.banUser('user-59', { reason: 'spam' });
  await console_.backEnd.banUser('user-58', { shadow: true });
  await console_.backEnd.deactivateUser('user-57');
  const { task_id } = await console_.backEnd.exportUsers(['user-1', 'user-2']);
  await console_.backEnd.waitForTask(task_id);
});

afterAll(async () => {
  await console_?.close();
});

const first = (page: Page) => page.locator('[role=row][data-index="0"]').waitFor();

/** Every page, and every part of a page that opens. */
const PAGES: [string, string, (page: Page) => Promise<unknown>][] = [
  [
    'the overview',
    '/overview',
    async page => {
      await page.getByText('user.deactivated').waitFor();
      await page.getByText('A server token that never expires').waitFor();
    },
  ],
  ['the settings', '/settings', page => page.getByText('Says where a name may exist only once').waitFor()],
  [
    'settings that are edited, one with a mistake',
    '/settings?at=event_retention_days',
    async page => {
      await page.getByRole('button', { name: /^Guests:/ }).click();
      await page.getByRole('button', { name: /^Events:/ }).click();
      await page.getByRole('textbox', { name: 'Events' }).fill('soon');
      await page.keyboard.press('Enter');
      await page.getByText('is no whole number').waitFor();
    },
  ],
  [
    'roles, with a change that is not saved and a role about to be deleted',
    '/settings?at=grants',
    async page => {
      await page.getByRole('checkbox', { name: 'keeper: ban-user' }).click();
      await page.getByText('Not saved yet').waitFor();
      await page.getByRole('button', { name: 'Delete the role keeper' }).click();
    },
  ],
  [
    'a question about a role',
    '/settings?role=admin&deed=update&target=mate',
    page => page.getByText('What else has to hold').waitFor(),
  ],
  ['the list', '/users?with=deactivated', first],
  ['the list with a filter that no index helps', '/users?filter=%7B"plan"%3A"pro"%7D&sort=name', first],
  [
    'a new condition',
    '/users',
    async page => {
      await page.getByRole('button', { name: 'filter', exact: true }).click();
      await page.getByRole('combobox', { name: 'Field' }).fill('r');
      await page.getByRole('option').first().waitFor();
    },
  ],
  [
    'the filter as text, with a mistake',
    '/users',
    async page => {
      await page.getByRole('button', { name: 'as text' }).click();
      await page.getByLabel('The filter as JSON').fill('{ "role": admin }');
      await page.getByText('is no value').waitFor();
    },
  ],
  ['the views', '/users', page => page.getByRole('button', { name: 'View ▾' }).click()],
  [
    'the columns',
    '/users',
    page => page.getByRole('button', { name: 'Columns, density, who is shown' }).click(),
  ],
  [
    'the view as code',
    '/users',
    async page => {
      await page.getByRole('button', { name: 'This view as code' }).click();
      await page.getByText('queryUsersAll').waitFor();
    },
  ],
  [
    'a selection about to be erased',
    '/users',
    async page => {
      await first(page);
      await page.getByRole('checkbox', { name: 'Select Person 56' }).click();
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByRole('combobox', { name: 'The users' }).selectOption('hard');
      await page.getByRole('button', { name: /^Erase 1 user/ }).waitFor();
    },
  ],
  [
    'an action as code',
    '/users',
    async page => {
      await first(page);
      await page.getByRole('checkbox', { name: 'Select Person 56' }).click();
      await page.getByRole('button', { name: 'Ban…', exact: true }).click();
      await page.getByRole('button', { name: 'As code', exact: true }).click();
      await page.getByText('previewActOnUsers').waitFor();
    },
  ],
  [
    'an export',
    '/users',
    async page => {
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      await page.getByRole('combobox', { name: 'What' }).selectOption('view');
      await page.getByRole('button', { name: /^Save \d+ users$/ }).waitFor();
    },
  ],
  ['an import', '/import', page => page.getByText('Drop a file here').waitFor()],
  [
    'a file that is checked, with a refusal',
    '/import',
    async page => {
      const buffer = Buffer.from('id,plan,banned\nuser-1,pro,\nuser-2,free,perhaps\n');
      await page.getByLabel('Choose a file').setInputFiles({ name: 'a.csv', mimeType: 'text/csv', buffer });
      await page.getByRole('button', { name: 'Check all rows' }).click();
      await page.getByText('A check, which wrote nothing').waitFor();
    },
  ],
  [
    'a new user',
    '/users',
    async page => {
      await page.getByRole('button', { name: 'New user' }).click();
      await page.getByRole('dialog', { name: 'New user' }).waitFor();
    },
  ],
  [
    'the palette',
    '/users',
    async page => {
      await first(page);
      await page.keyboard.press('Control+k');
      await page.getByRole('option').first().waitFor();
    },
  ],
  ['nobody who matches', '/users?q=nobodyhasthisname', page => page.getByText('Nobody matches').waitFor()],
  ['a refusal', '/users?filter=%7B"image"%3A1%7D', page => page.getByText('The server refused').waitFor()],
  [
    'an address that leads nowhere',
    '/users/user-1/nowhere',
    page => page.getByText('There is no such page').waitFor(),
  ],
  ['a user', '/users/user-59', page => page.getByRole('article').waitFor()],
  [
    'a field that is edited',
    '/users/user-59',
    page => page.getByRole('button', { name: 'Name: Jane. Edit' }).click(),
  ],
  [
    'custom data',
    '/users/user-59?tab=custom',
    page => page.getByRole('textbox', { name: 'Custom data as JSON' }).waitFor(),
  ],
  ['a history', '/users/user-59?tab=history', page => page.getByText('user.banned').waitFor()],
  ['content', '/users/user-59?tab=content', page => page.getByText('No product holds').waitFor()],
  ['devices and blocks', '/users/user-59?tab=devices', page => page.getByText('blocks nobody').waitFor()],
  ['access', '/users/user-59?tab=access', page => page.getByText('rollcall token').waitFor()],
  ['nobody with that id', '/users/nobody', page => page.getByText('no such user').waitFor()],
  ['the tasks', '/tasks', page => page.getByRole('table').waitFor()],
  ['no task that is like that', '/tasks?status=failed', page => page.getByText('No task is like').waitFor()],
  [
    'a task',
    '/tasks',
    async page => {
      await page.getByRole('link', { name: 'Export users' }).click();
      await page.getByRole('table', { name: 'What became of each user' }).waitFor();
    },
  ],
  ['no such task', '/tasks/nonsense', page => page.getByText('no such task').waitFor()],
  ['the events', '/events', page => page.getByText('user.banned').first().waitFor()],
  [
    'the types of events',
    '/events',
    async page => {
      await page.getByRole('button', { name: 'every type ▾' }).click();
      await page.getByRole('checkbox', { name: 'user.updated' }).waitFor();
    },
  ],
  [
    'an event',
    '/events',
    async page => {
      await page.getByText('user.banned').first().click();
      await page.getByRole('heading', { name: 'user.banned' }).waitFor();
    },
  ],
  ['a tail with a gap', '/events?from=zzz.5', page => page.getByText('resync:').waitFor()],
  ['an event that is gone', '/events?event=zzz.5', page => page.getByText('no such event').waitFor()],
];

const LOOKS = (['light', 'dark'] as const).flatMap(colorScheme =>
  [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ].map(viewport => ({ colorScheme, viewport, label: `${colorScheme}, ${viewport.width} wide` })),
);

describe.each(LOOKS)('$label: axe finds nothing on', ({ label: _label, ...look }) => {
  it('the way in, with a refusal', async () => {
    const { page } = await console_.open('/users', look);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Paste a server token').waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await page.context().close();
  });

  it('every page', async () => {
    const { page, problems } = await console_.enter('/users', look);
    const found: Record<string, string[]> = {};
    for (const [name, path, arrive] of PAGES) {
      await page.goto(console_.url + path);
      await arrive(page);
      await page.waitForTimeout(350);
      const barriers = await barriersOf(page);
      if (barriers.length > 0) found[name] = barriers;
      // Nothing is wider than the page.
      expect([name, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)]).toEqual([
        name,
        0,
      ]);
    }
    expect(found).toEqual({});
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
