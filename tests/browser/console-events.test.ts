import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleUnderTest, type OpenPage, rowOf, startConsole } from './console-harness.js';

let console_: ConsoleUnderTest;

beforeAll(async () => {
  console_ = await startConsole();
  await console_.backEnd.upsertUsers([
    { id: 'jane', role: 'admin', plan: 'pro' },
    { id: 'john', plan: 'free' },
  ]);
});

afterAll(async () => {
  await console_?.close();
});

const rows = (page: Page) => page.locator('[role=grid] [role=rowgroup] [role=row]');

async function atTail(path = '/events'): Promise<OpenPage> {
  const opened = await console_.enter(path);
  await rows(opened.page).first().waitFor();
  return opened;
}

const update = (id: string, plan: string) => console_.backEnd.partialUpdateUser({ id, set: { plan } });

describe('the tail', () => {
  it('begins a little before now, and goes on with what happens: who, whom, and the paths that changed', async () => {
    const { page, problems } = await atTail();
    await rowOf(page, 'user.created').first().waitFor();
    await update('jane', 'max');
    const row = rowOf(page, 'user.updated').last();
    await row.waitFor();
    expect(await row.textContent()).toMatch(/^\d\d:\d\d:\d\d\.\d{3}user\.updateda back end → jane.*plan/);
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('stops at Space, says how many wait, and shows them when it goes on', async () => {
    const { page } = await atTail();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Go on · 0 wait' }).waitFor();
    const before = await rows(page).count();
    for (const plan of ['a', 'b', 'c']) await update('john', plan);
    await page.getByRole('button', { name: 'Go on · 3 wait' }).waitFor();
    expect(await rows(page).count()).toBe(before);
    await page.keyboard.press(' ');
    await expect.poll(() => rows(page).count()).toBe(before + 3);
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.context().close();
  });

  it('shows what the address selects, by type, by user and by a filter, and a reload shows the same', async () => {
    const { page } = await atTail();
    await page.getByRole('button', { name: 'every type ▾' }).click();
    await page.getByRole('checkbox', { name: 'user.updated' }).check();
    await page.keyboard.press('Escape');
    await page.waitForURL(url => url.searchParams.get('types') === 'user.updated');
    await page.getByLabel('Only events about these users').fill('jane');
    await page.waitForURL(url => url.searchParams.get('users') === 'jane');
    await page.reload();
    await page.getByRole('button', { name: 'user.updated ▾' }).waitFor();
    await update('john', 'd');
    await update('jane', 'e');
    await expect.poll(async () => (await rows(page).last().textContent()) ?? '').toContain('→ jane');
    for (const text of await rows(page).allTextContents()) expect(text).toMatch(/user\.updated.*→ jane/);

    await page.goto(`${console_.url}/events?filter=%7B"plan"%3A"gold"%7D`);
    await page.getByText('Nothing like that so far').waitFor();
    await update('john', 'gold');
    await update('jane', 'silver');
    await update('john', 'silver');
    await rowOf(page, 'matches no more').waitFor();
    await rowOf(page, 'now matches').waitFor();
    expect(await rows(page).count()).toBe(2);
    await page.context().close();
  });

  it('tells a filter that the server refuses, with its reason', async () => {
    const { page } = await console_.enter('/events?filter=%7B"image"%3A"x"%7D');
    await page.getByText('The server refused this').waitFor();
    await page.context().close();
  });

  it('says truthfully that events are missing, and that none is from there on', async () => {
    const { page } = await console_.enter('/events?from=zzz.5');
    await rowOf(page, 'resync: the log does not reach back').waitFor();
    await update('jane', 'after');
    await rowOf(page, 'user.updated').waitFor();
    expect(await rows(page).count()).toBe(2);
    await page.context().close();
  });

  it('goes on after the server was away, with nothing missing, and says that it was', async () => {
    const { page } = await atTail('/events?types=user.updated');
    const before = await rows(page).count();
    await console_.stopServer();
    await page.getByText('Not connected. What happens now comes').waitFor({ timeout: 30_000 });
    await console_.restartServer();
    for (const plan of ['x', 'y', 'z']) await update('jane', plan);
    await expect.poll(() => rows(page).count(), { timeout: 60_000 }).toBe(before + 3);
    expect(await rowOf(page, 'resync').count()).toBe(0);
    await page.context().close();
  });
});

describe('one event', () => {
  it('opens as JSON by a click, stays in the address, and copies the line that goes on from it', async () => {
    const { page, problems } = await atTail('/events?types=user.updated');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await rows(page).last().click();
    const article = page.getByRole('article', { name: 'One event' });
    await article.getByRole('heading', { name: 'user.updated' }).waitFor();
    // A position of digits alone has quotes in an address: otherwise it would be read as a number.
    const id = new URL(page.url()).searchParams.get('event')?.replaceAll('"', '') as string;
    expect(await article.locator('pre').first().textContent()).toContain(`"id": "${id}"`);
    await page.keyboard.press('y');
    await page.getByText('The position is copied').waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(
      `// everything after ${id}\nfor await (const event of server.watchEvents({ types: ["user.updated"], lastEventId: "${id}" })) console.log(event);\n`,
    );
    await page.reload();
    await article.getByRole('heading', { name: 'user.updated' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(url => !url.searchParams.has('event'));
    expect(problems).toEqual([]);
    await page.context().close();
  });

  it('is gone to and opened by keys alone', async () => {
    const { page } = await atTail();
    await page.keyboard.press('k');
    await page.keyboard.press('k');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'One event' }).waitFor();
    await page.context().close();
  });

  it('that the log does not have is told', async () => {
    const { page } = await console_.enter('/events?event=zzz.5');
    await page.getByText('The log has no such event').waitFor();
    await page.context().close();
  });
});

it('a flood of events is drawn once a frame, holds some thousand rows, and leaves the page quick', async () => {
  const { page, problems } = await atTail();
  // Every drawing of the rows, every frame, and how long a key waits for the page.
  await page.evaluate(() => {
    const seen = { drawn: 0, frames: 0, waits: [] as number[] };
    Object.assign(window, { seen });
    const grid = document.querySelector('[role=grid] [role=rowgroup]');
    new MutationObserver(() => {
      seen.drawn += 1;
    }).observe(grid as Node, { subtree: true, childList: true, attributes: true });
    const frame = () => {
      seen.frames += 1;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    addEventListener('keydown', event => seen.waits.push(performance.now() - event.timeStamp), true);
  });
  const field = page.getByLabel('Only events about these users');
  const flood = console_.backEnd.importUsers(
    Array.from({ length: 12_000 }, (_, index) => ({ id: `flood-${index}`, plan: 'free' })),
  );
  let flowing = true;
  void flood.finally(() => {
    flowing = false;
  });
  await field.focus();
  while (flowing) {
    // The field is left as it was within the time in which typing settles.
    await page.keyboard.press('x');
    await page.keyboard.press('Backspace');
    await page.waitForTimeout(50);
  }
  await flood;
  await page.getByText('5,000 shown').waitFor();
  await rowOf(page, 'flood-11999').waitFor();
  const { drawn, frames, waits } = await page.evaluate(
    () => (window as unknown as { seen: { drawn: number; frames: number; waits: number[] } }).seen,
  );
  const slowest = [...waits].sort((a, b) => a - b)[Math.floor(waits.length * 0.95)] ?? 0;
  expect(drawn).toBeLessThanOrEqual(frames + 2);
  expect(await rows(page).count()).toBeLessThan(80);
  expect(slowest).toBeLessThan(100);
  expect(problems).toEqual([]);
  await page.context().close();
});
