import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../support/until.js';
import { WebhookReceiver } from '../support/webhooks/webhook-receiver.js';
import { barriersOf, type ConsoleUnderTest, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;
let receiver: WebhookReceiver;

beforeAll(async () => {
  console_ = await startConsole({ env: { ROLLCALL_WEBHOOK_ALLOWED_ADDRESSES: '127.0.0.1' } });
  receiver = await WebhookReceiver.start();
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
  receiver.react = ({ user }) =>
    user === 'user-55' ? { status: 500, body: 'out of order' } : { status: 200, body: '{"taken":true}' };
  const { webhook } = await console_.backEnd.createWebhook({ url: receiver.url, description: 'the shop' });
  const gone = { url: 'https://gone.example/hooks', types: ['user.deleted' as const], description: 'moved' };
  await console_.backEnd.disableWebhook((await console_.backEnd.createWebhook(gone)).webhook.id);
  for (const id of ['user-54', 'user-55'])
    await console_.backEnd.partialUpdateUser({ id, set: { plan: 'max' } });
  await until('one is delivered, and one failed', async () => {
    const { deliveries } = await console_.backEnd.listWebhookDeliveries(webhook.id);
    const about = deliveries.filter(({ user_id }) => user_id !== undefined);
    return about.length === 2 && about.every(({ attempt }) => attempt > 0);
  });
});

afterAll(async () => {
  await console_?.close();
  await receiver?.stop();
});

const first = (page: Page) => page.locator('[role=row][data-index="0"]').waitFor();

/** Opens the webhook that works, and one of its dialogs. */
async function shop(page: Page, dialog?: string): Promise<void> {
  await page.getByRole('link', { name: 'the shop' }).click();
  await page.getByRole('table', { name: 'Deliveries' }).waitFor();
  if (dialog === undefined) return;
  await page.getByRole('button', { name: dialog, exact: true }).click();
  await page.getByRole('dialog').waitFor();
}

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
  ['the webhooks', '/webhooks', page => page.getByRole('table', { name: 'Webhooks' }).waitFor()],
  [
    'a new webhook, with a mistake and as code',
    '/webhooks',
    async page => {
      await page.getByRole('button', { name: 'New webhook' }).click();
      await page.getByLabel('Where to').fill('https://shop.example');
      await page.getByRole('button', { name: 'As code', exact: true }).click();
      await page.getByText('createWebhook').waitFor();
      await page.getByLabel('Only about users').fill('{ "role": admin }');
      await page.getByRole('button', { name: 'Make the webhook' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'the types of a new webhook',
    '/webhooks',
    async page => {
      await page.getByRole('button', { name: 'New webhook' }).click();
      await page.getByRole('button', { name: 'every type ▾' }).click();
      await page.getByRole('checkbox', { name: 'user.updated' }).waitFor();
    },
  ],
  ['a webhook', '/webhooks', page => shop(page)],
  [
    'a webhook that is edited, while somebody else does',
    '/webhooks',
    async page => {
      await shop(page, 'Edit…');
      await page.getByLabel('At most so many').fill('7');
      const [webhook] = await console_.backEnd.listWebhooks();
      const rate_limit = ((webhook?.rate_limit ?? 100) % 1000) + 1;
      await console_.backEnd.updateWebhook(webhook?.id ?? '', { rate_limit });
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('Changed meanwhile').waitFor();
    },
  ],
  [
    'everything from a position on again',
    '/webhooks',
    async page => {
      await shop(page, 'Send again…');
      await page.getByRole('button', { name: 'As code', exact: true }).click();
      await page.getByText('replayWebhook').waitFor();
    },
  ],
  [
    'a new secret',
    '/webhooks',
    async page => {
      await shop(page, 'New secret…');
      await page.getByRole('button', { name: 'Make a new secret' }).click();
      await page.getByText('It is shown this once').waitFor();
    },
  ],
  ['a webhook about to be deleted', '/webhooks', page => shop(page, 'Delete…')],
  [
    'a delivery that was taken',
    '/webhooks',
    async page => {
      await shop(page);
      await page.getByRole('row').filter({ hasText: '200' }).getByRole('link').first().click();
      await page.getByText('This is how a try would send it now').waitFor();
    },
  ],
  [
    'a delivery that failed',
    '/webhooks',
    async page => {
      await shop(page);
      await page.getByRole('row').filter({ hasText: '500' }).getByRole('link').first().click();
      await page.getByText('out of order').first().waitFor();
      await page.getByText('This is how a try would send it now').waitFor();
    },
  ],
  [
    'a disabled webhook without deliveries',
    '/webhooks',
    async page => {
      await page.getByRole('link', { name: 'moved' }).click();
      await page.getByText('Nothing was delivered').waitFor();
    },
  ],
  ['no such webhook', '/webhooks/nonsense', page => page.getByText('no such webhook').waitFor()],
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
