import { createServerClient } from '@rollcall/client/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Storm, type StormUser } from '../support/listeners/storm.js';
import { SECRET, type ServerProcess, startServerProcess } from '../support/processes/server-process.js';
import { until } from '../support/until.js';

const USERS = 2000;
const CONNECT_WITHIN_MS = 10_000;
/** Everybody is told to come back within so long. */
const JITTER_MS = 5000;
const MAX_STALL_MS = 1000;

let process: ServerProcess;
let server: ReturnType<typeof createServerClient>;
let storm: Storm;
let others: OtherCallers | undefined;

beforeAll(async () => {
  process = await startServerProcess();
  server = createServerClient({ url: process.url, secret: SECRET });
  storm = new Storm(process.url);
});
afterAll(async () => {
  await others?.stop();
  await storm.end();
  await server.disconnect();
  expect(await process.stop()).toBe(0);
});

/**
 * Calls of others that go on meanwhile: bulk upserts one after the other, and short calls every few milliseconds whose
 * longest is what a storm must not stretch.
 */
class OtherCallers {
  readonly #running: Promise<void>[];
  #stopped = false;
  #latencies: number[] = [];
  upserted = 0;

  constructor() {
    this.#running = [
      this.#writeInBulk(),
      this.#call(() => server.queryUsers({ id: 'u-0000' })),
      this.#write(),
    ];
  }

  /** The longest and the middle of the calls since the last look, in milliseconds. */
  look(): { calls: number; medianMs: number; longestMs: number } {
    const sorted = this.#latencies.toSorted((one, other) => one - other).map(Math.round);
    this.#latencies = [];
    return {
      calls: sorted.length,
      medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
      longestMs: sorted.at(-1) ?? 0,
    };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #writeInBulk(): Promise<void> {
    for (let round = 0; !this.#stopped; round++) {
      const users = Array.from({ length: 100 }, (_, index) => ({
        id: `bulk-${round % 50}-${index}`,
        name: `Round ${round}`,
      }));
      await server.upsertUsers(users);
      this.upserted += users.length;
      await new Promise(resolve => setTimeout(resolve, 50));
    }
  }

  #write(): Promise<void> {
    let round = 0;
    return this.#call(() => server.upsertUsers([{ id: 'probe', name: `Round ${round++}` }]));
  }

  async #call(call: () => Promise<unknown>): Promise<void> {
    while (!this.#stopped) {
      const startedAt = performance.now();
      await call();
      this.#latencies.push(performance.now() - startedAt);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
}

async function onlineIds(): Promise<string[]> {
  const ids: string[] = [];
  for await (const user of server.queryUsersAll({ online: true }, [{ field: 'id', direction: 1 }])) {
    ids.push(user.id);
  }
  return ids;
}

async function madeUsers(): Promise<StormUser[]> {
  const ids = Array.from({ length: USERS }, (_, index) => `u-${String(index).padStart(4, '0')}`);
  for (let start = 0; start < USERS; start += 100) {
    await server.upsertUsers(ids.slice(start, start + 100).map(id => ({ id })));
  }
  return Promise.all(ids.map(async id => ({ id, token: await server.createToken(id) })));
}

it('lets 2,000 users connect, be cut off and come back at once: nobody else waits, and presence is right', async () => {
  const users = await madeUsers();
  const all = users.map(user => user.id);
  others = new OtherCallers();
  const report = (what: string, numbers: object) => console.log(what, JSON.stringify(numbers));

  const came = await storm.connect(users, { overMs: CONNECT_WITHIN_MS - 2000 });
  await until('all are online', async () => (await onlineIds()).length === USERS, 5000);
  const whileComing = others.look();
  report('connecting', { ...came, ...whileComing });
  expect(came).toMatchObject({ retries: 0 });
  expect(came.ms).toBeLessThan(CONNECT_WITHIN_MS);
  expect(whileComing.longestMs).toBeLessThan(MAX_STALL_MS);

  await storm.terminate();
  const cameBack = await storm.connect(users, { overMs: JITTER_MS, random: true });
  await until('all are online again', async () => (await onlineIds()).length === USERS, 5000);
  const whileReturning = others.look();
  report('coming back', { ...cameBack, ...whileReturning });
  expect(whileReturning.longestMs).toBeLessThan(MAX_STALL_MS);
  expect(await onlineIds()).toEqual(all);

  await storm.close(all.slice(0, USERS / 2));
  const rest = all.slice(USERS / 2);
  await until('half of them are gone', async () => (await onlineIds()).length === rest.length, 5000);
  expect(await onlineIds()).toEqual(rest);
  await storm.terminate();
  await until('all are gone', async () => (await onlineIds()).length === 0, 5000);
  const whileLeaving = others.look();
  report('leaving', whileLeaving);
  expect(whileLeaving.longestMs).toBeLessThan(MAX_STALL_MS);
  report('beside it', { upserted: others.upserted });
});
