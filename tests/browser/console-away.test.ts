import { afterAll, beforeAll, expect, it } from 'vitest';
import { barriersOf, type ConsoleUnderTest, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  await console_.backEnd.upsertUser({ id: 'jane' });
});

afterAll(async () => {
  await console_?.close();
});

it('a page that cannot be loaded says so beside the others, and is there when the server is back', async () => {
  const { page } = await console_.enter('/users');
  await page.getByRole('grid').waitFor();
  await console_.stopServer();
  try {
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
    await page.getByRole('button', { name: 'Load it again' }).click();
    await page.getByText('The server does not answer yet.').waitFor();
    expect(await barriersOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'Users' }).click();
    await page.getByRole('grid').waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
  } finally {
    await console_.restartServer();
  }
  await page.getByRole('button', { name: 'Load it again' }).click();
  await page.getByRole('heading', { name: 'Roles and grants' }).waitFor();
  await page.context().close();
});
