/** A lane whose readers are processes: to end a query costs one, and nobody waits for the next to start. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SqliteLane } from './sqlite-lane.js';
import type { RunStatement, SqliteReader } from './sqlite-reader.js';
import { openSqlite, openSqliteReader } from './sqlite-sources.js';

const ENDLESS = `WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1e12)
  SELECT count(*) AS n FROM counted`;

let folder: string;
/** The reader that was asked last. */
let asked: SqliteReader | undefined;
/** What happened, in order. */
let order: string[];
/** What each further reader waits for before it is open. */
let gate: Promise<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lane-'));
  const writer = await openSqlite(
    { engine: 'better-sqlite3', file: join(folder, 'data.sqlite') },
    'writer',
    [],
  );
  await writer.destroy();
  asked = undefined;
  order = [];
  gate = Promise.resolve();
});

afterEach(() => rm(folder, { recursive: true }));

function openLane(count: number): SqliteLane {
  const address = { engine: 'better-sqlite3', file: join(folder, 'data.sqlite') } as const;
  const open = async () => {
    order.push('opens');
    const reader = await openSqliteReader(address, { interruptible: true });
    await gate;
    order.push('open');
    return {
      query: (text: string, values: readonly unknown[]) => {
        asked = reader;
        return reader.query(text, values);
      },
      renew: () => reader.renew(),
      interrupt: () => reader.interrupt(),
      interruptEnds: reader.interruptEnds,
      close: () => reader.close(),
    };
  };
  return new SqliteLane(open, { readers: count, maxWaiting: 10 });
}

/** What happened, without what a busy machine may do later. */
const steps = () => order.filter(step => step !== 'open');

const one = (run: RunStatement) => run('SELECT 1 AS one', []);
const endless = (run: RunStatement) => run(ENDLESS, []);

it('begins to open the next reader before it ends a query that takes too long', async () => {
  const lane = openLane(1);
  await lane.open();
  await lane.read(endless, { limitMs: 2000 }).catch(({ code }) => order.push(code));
  expect(await lane.read(one, { limitMs: 2000 })).toEqual([{ one: 1 }]);
  expect(steps()).toEqual(['opens', 'opens', 'QUERY_TOO_EXPENSIVE']);
  await lane.close();
});

it('keeps what it opened for a query that ended in time, for the next one that does not', async () => {
  const lane = openLane(1);
  const patient = async (run: RunStatement) => {
    await new Promise(resolve => setTimeout(resolve, 700));
    return one(run);
  };
  expect(await lane.read(patient, { limitMs: 1000 })).toEqual([{ one: 1 }]);
  expect(await lane.read(patient, { limitMs: 1000 })).toEqual([{ one: 1 }]);
  expect(order.filter(step => step === 'opens')).toHaveLength(2);
  await lane.read(endless, { limitMs: 1000 }).catch(({ code }) => order.push(code));
  expect(steps()).toEqual(['opens', 'opens', 'QUERY_TOO_EXPENSIVE']);
  await lane.close();
});

it('gives what waits to the readers that are open while another one is still opened', async () => {
  const lane = openLane(2);
  await lane.open();
  let release = (): void => undefined;
  gate = new Promise(resolve => {
    release = resolve;
  });
  const lost = lane
    .read(
      run => {
        const running = endless(run);
        // As if it had crashed.
        asked?.interrupt();
        return running;
      },
      { limitMs: 5000 },
    )
    .catch(({ code }) => order.push(code));
  const others = Promise.all(Array.from({ length: 5 }, () => lane.read(one, { limitMs: 5000 })));
  expect(await others).toHaveLength(5);
  await until(() => order.filter(step => step === 'opens').length === 3);
  // The seat of the lost reader would be the one to take: it was used last.
  expect(await lane.read(one, { limitMs: 5000 })).toEqual([{ one: 1 }]);
  await lost;
  expect(steps().sort()).toEqual(['UNAVAILABLE', 'opens', 'opens', 'opens']);
  expect(order.filter(step => step === 'open')).toHaveLength(2);
  release();
  await lane.close();
});

it('ends no reader for a caller who comes and goes, but for a query that goes on for a second', async () => {
  const lane = openLane(1);
  await lane.open();
  for (let round = 0; round < 5; round++) {
    const gone = new AbortController();
    const read = lane.read(
      async run => {
        const answer = run('SELECT 1 AS one', []);
        gone.abort();
        return answer;
      },
      { limitMs: 5000, signal: gone.signal },
    );
    expect(await read).toEqual([{ one: 1 }]);
  }
  // The one that would take the place of the first has been opened ahead, once.
  await until(() => order.filter(step => step === 'open').length === 2);
  expect(order.filter(step => step === 'opens')).toHaveLength(2);

  const gone = new AbortController();
  setTimeout(() => gone.abort(), 100);
  const startedAt = performance.now();
  const ended = lane.read(endless, { limitMs: 30_000, signal: gone.signal });
  await expect(ended).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('the caller is gone'),
  });
  expect(performance.now() - startedAt).toBeGreaterThan(900);
  expect(performance.now() - startedAt).toBeLessThan(5000);
  expect(await lane.read(one, { limitMs: 5000 })).toEqual([{ one: 1 }]);
  await lane.close();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 5));
}
