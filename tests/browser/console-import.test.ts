import { readFile } from 'node:fs/promises';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
});

afterAll(async () => {
  await console_?.close();
});

const choose = (page: Page, name: string, content: string | Buffer) =>
  page
    .getByLabel('Choose a file')
    .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content as string) });

const textOf = async (download: Download) => readFile(await download.path(), 'utf8');

const users = async (prefix: string) => {
  const found = await console_.backEnd.queryUsers({ id: { $autocomplete: prefix } }, [
    { field: 'id', direction: 1 },
  ]);
  return found.users;
};

const CSV = [
  'Customer no;Full Name;Team;Age;Code;Notes',
  'csv-1;Jane Doe;red|blue;41;007;"a; b"',
  'csv-2;John;red;12;1;',
  'csv-bad id;Nobody;;1;2;x',
  'csv-3;Jim;;x',
  'csv-4;Joan;;50;42;',
].join('\r\n');

it('a table is mapped, checked and imported; what is refused is saved, mended and imported again', async () => {
  const { page, problems } = await console_.enter('/import');
  await choose(page, 'people.csv', CSV);
  await page.getByText('CSV').first().waitFor();
  await page.getByText('No column gives the id').waitFor();
  expect(await page.getByRole('button', { name: 'Check all rows' }).isDisabled()).toBe(true);
  expect(await page.getByRole('combobox', { name: 'Where Full Name goes' }).inputValue()).toBe('name');
  await page.getByRole('combobox', { name: 'Where Customer no goes' }).selectOption('id');
  await page.getByRole('combobox', { name: 'Where Notes goes' }).selectOption({ label: 'leave out' });
  await page.getByRole('combobox', { name: 'How Code is read' }).selectOption({ label: 'text' });
  await page.getByRole('textbox', { name: 'Path of Age in custom data' }).fill('person.age');
  await page
    .getByText(
      '{"id":"csv-1","name":"Jane Doe","teams":["red","blue"],"custom":{"person":{"age":41},"Code":"007"}}',
    )
    .waitFor();

  await page.getByRole('button', { name: 'Check all rows' }).click();
  await page
    .getByText(
      'A check, which wrote nothing: 3 users to create, 0 to update, 0 unchanged. 2 rows were refused.',
    )
    .waitFor();
  expect(await users('csv')).toEqual([]);
  await page.getByRole('button', { name: 'Import 3 users' }).click();
  await page.getByText('Imported: 3 users created, 0 updated, 0 unchanged. 2 rows were refused.').waitFor();
  const stored = await users('csv');
  expect(stored.map(({ id, name, teams, custom }) => ({ id, name, teams, custom }))).toEqual([
    { id: 'csv-1', name: 'Jane Doe', teams: ['red', 'blue'], custom: { person: { age: 41 }, Code: '007' } },
    { id: 'csv-2', name: 'John', teams: ['red'], custom: { person: { age: 12 }, Code: '1' } },
    { id: 'csv-4', name: 'Joan', teams: [], custom: { person: { age: 50 }, Code: '42' } },
  ]);

  const refused = page.getByRole('region', { name: 'Refused rows' });
  await refused.getByText('this record has 4').waitFor();
  expect(await refused.getByRole('row').filter({ hasText: 'csv-bad id' }).first().textContent()).toContain(
    '4',
  );
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the 2 refused rows' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('people.errors.csv');
  const errors = await textOf(download);
  expect(errors.split('\r\n')[0]).toBe('import_error;Customer no;Full Name;Team;Age;Code;Notes');

  // The address still says how such a file is read.
  const mended = errors.replace('csv-bad id', 'csv-mended').replace('csv-3;Jim;;x', 'csv-3;Jim;;7;8;9');
  await page.getByRole('button', { name: 'Another file' }).click();
  await choose(page, 'people.errors.csv', mended);
  await page.getByRole('button', { name: 'Import all rows' }).click();
  await page.getByText('Imported: 2 users created, 0 updated, 0 unchanged.').waitFor();
  expect((await users('csv')).map(({ id }) => id)).toEqual([
    'csv-1',
    'csv-2',
    'csv-3',
    'csv-4',
    'csv-mended',
  ]);
  expect(problems).toEqual([]);
  await page.context().close();
});

it('a file that is dropped on the list of users is imported, and goes on while one looks at users', async () => {
  const { page } = await console_.enter('/users');
  const lines = Array.from({ length: 3_000 }, (_, index) =>
    JSON.stringify({ id: `drop-${index}`, plan: 'pro' }),
  );
  const data = await page.evaluateHandle(text => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'users.ndjson'));
    return transfer;
  }, lines.join('\n'));
  await page.getByRole('region', { name: 'List of users' }).dispatchEvent('drop', { dataTransfer: data });
  await page.waitForURL(url => url.pathname === '/import');
  await page.getByText('users.ndjson').first().waitFor();
  await page.getByText('{"id":"drop-0","custom":{"plan":"pro"}}').waitFor();
  await page.getByRole('button', { name: 'Import all rows' }).click();
  await page.getByRole('link', { name: 'Users' }).last().click();
  await page.waitForURL(url => url.pathname === '/users');
  await page
    .getByText('users.ndjson: Imported: 3,000 users created, 0 updated, 0 unchanged.')
    .waitFor({ timeout: 60_000 });
  expect((await console_.backEnd.countUsers({ plan: 'pro' }, { up_to: 10_000 })).count).toBe(3_000);
  await page.context().close();
});

it('a stop says what was done, exactly', async () => {
  const { page } = await console_.enter('/import');
  // So the stop comes while much is left.
  await page.route('**/trpc/users.upsert*', async route => {
    await new Promise(resolve => setTimeout(resolve, 150));
    await route.continue();
  });
  const lines = Array.from({ length: 20_000 }, (_, index) => JSON.stringify({ id: `stop-${index}` }));
  await choose(page, 'many.ndjson', lines.join('\n'));
  await page.getByRole('button', { name: 'Import all rows' }).click();
  await page.waitForTimeout(700);
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  const said = page.getByText(/^Stopped after line [\d,]+\. All up to there is done:/);
  await said.waitFor({ timeout: 30_000 });
  const [line, created] = [...((await said.textContent()) ?? '').matchAll(/[\d,]+/g)].flatMap(([number]) =>
    /\d/.test(number) ? Number(number.replaceAll(',', '')) : [],
  );
  expect(created).toBe(line);
  expect(created).toBeGreaterThan(0);
  expect(created).toBeLessThan(20_000);
  expect(
    (await console_.backEnd.countUsers({ id: { $autocomplete: 'stop' } }, { up_to: 30_000 })).count,
  ).toBe(created);
  await page.context().close();
});

it('a server that does not answer is said, and a second stop ends it at once', async () => {
  const { page } = await console_.enter('/import');
  await page.route('**/trpc/users.upsert*', route => route.abort());
  await choose(page, 'one.ndjson', '{"id":"never"}');
  await page.getByRole('button', { name: 'Import all rows' }).click();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByText('Stopping: what is on its way is finished first.').waitFor();
  await page.getByRole('button', { name: 'Stop at once' }).click();
  await page.getByText('Stopped at once. Known to be done: 0 users created').waitFor();
  await page.context().close();
});

it('users who were exported elsewhere stay as they were, if that is wanted', async () => {
  const { page } = await console_.enter('/import');
  const user = { id: 'as-1', created_at: 1_500_000_000_000, deactivated_at: 1_600_000_000_000 };
  await choose(page, 'backup.ndjson', JSON.stringify(user));
  await page.getByRole('button', { name: 'Check all rows' }).click();
  await page.getByText('1 row was refused.').waitFor();
  await page.getByRole('checkbox', { name: /^As they were/ }).check();
  expect(new URL(page.url()).searchParams.get('as_is')).toBe('true');
  await page.getByRole('button', { name: 'Import all rows' }).click();
  await page.getByText('Imported: 1 user created').waitFor();
  const all = { include_deactivated_users: true };
  expect((await console_.backEnd.queryUsers({ id: 'as-1' }, [], all)).users[0]).toMatchObject(user);
  await page.context().close();
});

it('what is no file of users is refused with what to do, and a token that may only read is told why it cannot import', async () => {
  const { page } = await console_.open('/import');
  await page.getByLabel('Server token or secret').fill(await console_.token({ read_only: true }));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await choose(page, 'users.xlsx', Buffer.from([0x50, 0x4b, 3, 4, 0, 0]));
  await page.getByText('This file cannot be read').waitFor();
  await page.getByText('Save the sheet as CSV').waitFor();
  await page.getByRole('button', { name: 'Choose another file' }).click();
  await choose(page, 'users.csv', 'id\na\n');
  await page.getByText('{"id":"a"}').waitFor();
  await page.getByText('Your token may only read.').first().waitFor();
  for (const name of ['Check all rows', 'Import all rows'])
    expect(await page.getByRole('button', { name }).isDisabled()).toBe(true);
  await page.context().close();
});
