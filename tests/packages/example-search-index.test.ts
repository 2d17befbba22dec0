/** The example of a search index, as somebody gets it: installed, killed again and again, and asked. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServerClient, type ServerClient } from '@rollcall/client/server';
import { freePort } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type InstalledExample,
  installExample,
  type RunningExample,
} from '../support/processes/installed-example.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const PEOPLE = 300;
const KILLS = 5;

let server: ServerProcess;
let backEnd: ServerClient;
let example: InstalledExample;
let running: RunningExample;
let port: number;

beforeAll(async () => {
  [server, example] = await Promise.all([startServerProcess(), installExample('search-index')]);
  backEnd = createServerClient({ url: server.url, secret: SECRET });
  port = await freePort();
  await backEnd.importUsers(
    Array.from({ length: PEOPLE }, (_, number) => ({ id: `p-${number}`, name: 'Pat', title: 'version 0' })),
  );
  await start();
});

afterAll(async () => {
  await running?.end();
  await backEnd?.disconnect();
  await server?.stop();
  await example?.remove();
});

async function start(): Promise<void> {
  running = await example.start({
    PORT: String(port),
    ROLLCALL_URL: server.url,
    ROLLCALL_SECRET: SECRET,
  });
}

interface Found {
  id: string;
  name: string;
  title: string;
}

async function search(text: string): Promise<Found[]> {
  const response = await fetch(`http://127.0.0.1:${port}/search?q=${encodeURIComponent(text)}`);
  return ((await response.json()) as { users: Found[] }).users;
}

const titles = (found: Found[]) => Object.fromEntries(found.map(({ id, title }) => [id, title]));

it('finds users by name and title, by the beginning of a word, and follows each change', async () => {
  await until('it has read everybody', async () => (await search('pat')).length === PEOPLE);
  await backEnd.upsertUser({ id: 'jane', name: 'Jane Doe', title: 'Baker' });
  await until('it has heard of jane', async () => (await search('jan')).length === 1);
  expect(await search('bak')).toEqual([{ id: 'jane', name: 'Jane Doe', title: 'Baker' }]);
  await backEnd.deactivateUser('jane');
  await until('jane is gone', async () => (await search('jane')).length === 0);
  await backEnd.reactivateUser('jane');
  await until('jane is back', async () => (await search('jane')).length === 1);
  await backEnd.deleteUser('jane', { user: 'hard', messages: 'hard', conversations: 'hard' });
  await until('jane is gone for ever', async () => (await search('jane')).length === 0);
});

it('misses nothing and doubles nobody when it is killed while users come, change and go', async () => {
  const expected: Record<string, string> = {};
  let number = 0;
  // Each of them is told once: what is missed stays missed.
  const change = async () => {
    number += 1;
    const id = `w-${number}`;
    await backEnd.upsertUser({ id, name: 'Wanda', title: 'new' });
    expected[id] = 'new';
    if (number % 3 === 0) {
      await backEnd.partialUpdateUser({ id: `w-${number - 1}`, set: { title: 'changed' } });
      expected[`w-${number - 1}`] = 'changed';
    }
    if (number % 5 === 0) {
      await backEnd.deactivateUser(`w-${number - 3}`);
      delete expected[`w-${number - 3}`];
    }
  };
  for (let kill = 0; kill < KILLS; kill++) {
    let over = false;
    const writing = (async () => {
      while (!over) await change();
    })();
    // Long enough for a save or two, and each time at another moment.
    await new Promise(resolve => setTimeout(resolve, 1_100 + 170 * kill));
    await running.end('SIGKILL');
    // What happens while nobody listens comes, too.
    await new Promise(resolve => setTimeout(resolve, 100));
    over = true;
    await writing;
    await start();
  }
  await backEnd.upsertUser({ id: 'last', name: 'Last' });
  await until('it has heard of the last change', async () => (await search('last')).length === 1);
  const found = await search('wanda');
  expect(number).toBeGreaterThan(KILLS * 20);
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
  expect(titles(found)).toEqual(expected);
});

it('answers whatever a caller asks', async () => {
  for (const path of ['//', '/search', '/search?q=%', '/search?q=%ff&q=', '/%']) {
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status, path).toBeLessThan(500);
  }
  expect(await search('no such name at all')).toEqual([]);
});

it('goes on from the position in its file, and reads nobody again', async () => {
  await running.end();
  const file = join(example.folder, 'index.json');
  const stored = await readFile(file, 'utf8');
  // What only the file says: a program that reads everybody again loses it.
  await writeFile(file, stored.replace('"name":"Last"', '"name":"Last, as stored"'));
  await start();
  await backEnd.upsertUser({ id: 'next', name: 'Next' });
  await until('it has heard of the next change', async () => (await search('next')).length === 1);
  expect(await search('last')).toEqual([{ id: 'last', name: 'Last, as stored', title: '' }]);
});

it('reads everybody again when the log no longer reaches back, and forgets who is gone', async () => {
  await running.end();
  const file = join(example.folder, 'index.json');
  const stored = JSON.parse(await readFile(file, 'utf8'));
  await backEnd.deleteUser('next');
  await writeFile(file, JSON.stringify({ ...stored, position: `${'0'.repeat(32)}.1` }));
  await start();
  await until('next is gone', async () => (await search('next')).length === 0);
  await until('everybody is there', async () => (await search('pat')).length === PEOPLE);
});
