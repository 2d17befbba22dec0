import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConsoleUnderTest, type OpenPage, signIn, startConsole } from './console-harness.js';

const COUNT = 450;

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  await console_.backEnd.importUsers(
    Array.from({ length: COUNT }, (_, index) => ({
      id: `user-${index}`,
      name: index === 0 ? '=1+1' : `Person "${index}", é`,
      teams: index % 2 === 0 ? ['red', 'blue'] : [],
      plan: index % 3 === 0 ? 'pro' : '007',
    })),
  );
});

afterAll(async () => {
  await console_?.close();
});

/** A browser that has no place on the disk to write to, as all but one have none. */
async function withoutPicker(path: string): Promise<OpenPage> {
  const opened = await console_.open('/');
  await opened.page.addInitScript('delete window.showSaveFilePicker');
  await opened.page.goto(console_.url + path);
  await signIn(opened.page, await console_.token());
  return opened;
}

async function save(page: Page, way: string, button: string): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('combobox', { name: 'What' }).selectOption(way);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
}

it.each(['ndjson', 'csv'])('what the filter finds is saved as %s, and is imported as it is', async way => {
  const { page, problems } = await withoutPicker('/users?filter=%7B"plan"%3A"007"%7D');
  const { name, text } = await save(page, way, 'Save 300 users');
  expect(name).toBe(`users.${way}`);
  expect(text.trim().split('\n')).toHaveLength(way === 'csv' ? 301 : 300);

  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page
    .getByLabel('Choose a file')
    .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: 'Check all rows' }).click();
  await page.getByText('0 users to create, 0 to update, 300 unchanged.').waitFor({ timeout: 30_000 });
  expect(await page.getByText('refused').count()).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
});

it('the columns of a view are saved for a spreadsheet, which runs nothing of them', async () => {
  const { page } = await withoutPicker('/users?columns=name%2Cteams%2Cplan&sort=created_at');
  const { text } = await save(page, 'view', 'Save 450 users');
  const [header, ...lines] = text.split('\r\n');
  expect(header).toBe('id,name,teams,plan');
  expect(lines).toContain("user-0,'=1+1,red; blue,pro");
  expect(lines).toContain('user-1,"Person ""1"", é",,007');
  await page.context().close();
});

it('a file of any size goes to the disk piece by piece, where the browser can do that, and a stop leaves none', async () => {
  const { page } = await console_.enter('/users');
  // A file of the browser's own stands for the one that a person would choose: it has the same methods.
  await page.evaluate(() => {
    const place = window as unknown as { showSaveFilePicker: unknown; written: number };
    place.written = 0;
    place.showSaveFilePicker = async ({ suggestedName }: { suggestedName: string }) => {
      const folder = await navigator.storage.getDirectory();
      const handle = await folder.getFileHandle(suggestedName, { create: true });
      const open = handle.createWritable.bind(handle);
      handle.createWritable = async () => {
        const stream = await open();
        const write = stream.write.bind(stream);
        stream.write = async (piece: FileSystemWriteChunkType) => {
          place.written += 1;
          await write(piece);
        };
        return stream;
      };
      return handle;
    };
  });
  const saved = () =>
    page.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const file = await (await folder.getFileHandle('users.ndjson')).getFile();
      return (await file.text()).split('\n').length - 1;
    });
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('button', { name: 'Save 450 users' }).click();
  await page.getByText('450 users saved.').waitFor();
  expect(await saved()).toBe(COUNT);
  expect(await page.evaluate(() => (window as unknown as { written: number }).written)).toBeGreaterThan(1);

  // A second one is stopped half-way; the first stays as it was.
  let pages = 0;
  await page.route('**/trpc/users.query*', async route => {
    pages += 1;
    if (pages > 1) await new Promise(resolve => setTimeout(resolve, 1_000));
    await route.continue();
  });
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('button', { name: 'Save 450 users' }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText(/^Stopped after [\d,]+ users?\. There is no file\.$/).waitFor();
  expect(await saved()).toBe(COUNT);
  await page.context().close();
});

it('everything that is stored about them is written by the server, and the file is behind a link', async () => {
  const { page } = await console_.enter('/users?q=user-1');
  await page.locator('[role=row][data-index="0"]').waitFor();
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.getByRole('combobox', { name: 'What' }).selectOption('everything');
  await page.getByRole('button', { name: /^Export everything about [\d,]+ users$/ }).click();
  await page.getByText(/^Finished: [\d,]+ users exported\.$/).waitFor({ timeout: 30_000 });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /^Save the file/ }).click(),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toContain('"kind":"user"');
  await page.context().close();
});
