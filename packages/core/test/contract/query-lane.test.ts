import { setTimeout as sleep } from 'node:timers/promises';
import { describeOnEveryDialect } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import { writeLog } from '../../src/events/stored-log.js';

/** What nobody who makes a lookup or a write waits for, whatever runs beside it. */
const PROMPT_MS = 250;

/** As many queries as there are connections, so that all of them are busy where queries may have them all. */
const MANY = 4;

describeOnEveryDialect('a query that takes too long', engine => {
  let database: Database;

  beforeEach(async () => {
    const address = parseDatabaseUrl(await engine.migratedUrl());
    const small = address.engine === 'postgres' ? { ...address, poolSize: MANY } : address;
    database = await openDatabase(small, {}, writeLog);
  });

  afterEach(() => database.close());

  /** Counts up to a number: a statement that is as slow as one likes, on every engine. */
  const countTo = (last: number) =>
    sql`WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < ${last})
        SELECT count(*) AS n FROM counted`;
  const query = (last: number, limitMs: number) =>
    database.unitOfWork.read(async transaction => Number((await transaction.query(countTo(last)))[0]?.n), {
      lane: 'query',
      limitMs,
    });
  const endless = (limitMs: number) => query(1_000_000_000, limitMs);
  const lookUp = () => database.unitOfWork.read(transaction => transaction.query(sql`SELECT 1 AS one`));
  const write = (name: string) =>
    database.unitOfWork.write(transaction =>
      transaction.query(sql`INSERT INTO roles (name, created_at) VALUES (${name}, ${1})`),
    );
  const timed = async (work: () => Promise<unknown>) => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };

  it('ends at its limit with an error that says it, and its reader serves the next', async () => {
    await query(10, 5000);
    for (const limitMs of [300, 1000]) {
      const took = await timed(() =>
        expect(endless(limitMs)).rejects.toMatchObject({
          code: 'QUERY_TOO_EXPENSIVE',
          message: expect.stringContaining(limitMs === 300 ? '0.3 seconds' : '1 second'),
          unrecoverable: true,
        }),
      );
      expect(took).toBeGreaterThan(limitMs * 0.9);
      expect(took).toBeLessThan(limitMs + 1000);
      expect(await Promise.all([query(10, 5000), query(11, 5000), query(12, 5000)])).toEqual([10, 11, 12]);
    }
  });

  it('ends when its caller has gone, long before its limit, and its reader serves the next', async () => {
    await query(10, 5000);
    const gone = new AbortController();
    const counting = database.unitOfWork.read(transaction => transaction.query(countTo(1_000_000_000)), {
      lane: 'query',
      limitMs: 30_000,
      signal: gone.signal,
    });
    setTimeout(() => gone.abort(), 100);
    const took = await timed(() =>
      expect(counting).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringContaining('gone'),
      }),
    );
    expect(took).toBeLessThan(4000);
    expect(await Promise.all([query(10, 5000), query(11, 5000), query(12, 5000)])).toEqual([10, 11, 12]);
  });

  it('is not begun when its caller has gone before', async () => {
    let begun = false;
    const never = database.unitOfWork.read(
      async () => {
        begun = true;
      },
      { lane: 'query', limitMs: 5000, signal: AbortSignal.abort() },
    );
    await expect(never).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(begun).toBe(false);
  });

  it('ends although each of its statements is short', async () => {
    let statements = 0;
    const many = database.unitOfWork.read(
      async transaction => {
        for (;;) {
          await transaction.query(countTo(1000));
          statements += 1;
          // When its time is over, none of them is running.
          await sleep(statements < 3 ? 1 : 1500);
        }
      },
      { lane: 'query', limitMs: 1000 },
    );
    await expect(many).rejects.toMatchObject({ code: 'QUERY_TOO_EXPENSIVE' });
    expect(statements).toBeGreaterThan(2);
  });

  it('keeps no lookup, no write and no timer waiting, however many of them there are', async () => {
    let count = 0;
    const worstWaitMs = async (goOn: () => boolean) => {
      const waits: number[] = [];
      while (goOn()) {
        count += 1;
        waits.push(await timed(lookUp), await timed(() => write(`role-${count}`)));
        waits.push((await timed(() => sleep(20))) - 20);
      }
      return Math.max(...waits);
    };
    // What the machine does to everybody at this moment.
    const quietMs = await worstWaitMs(() => count < 10);

    let running = true;
    const queries = Promise.allSettled(Array.from({ length: MANY }, () => endless(900))).finally(() => {
      running = false;
    });
    const worstMs = await worstWaitMs(() => running);
    for (const one of await queries) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'QUERY_TOO_EXPENSIVE' } });
    }
    expect(count).toBeGreaterThan(15);
    expect(worstMs).toBeLessThan(PROMPT_MS + 3 * quietMs);
  });

  it('does not hold up the queries that come after it while another reader is idle', async () => {
    await Promise.all([query(10, 5000), query(10, 5000)]);
    const slow = expect(endless(2000)).rejects.toMatchObject({ code: 'QUERY_TOO_EXPENSIVE' });
    const took = await timed(() => Promise.all(Array.from({ length: 6 }, () => query(10, 5000))));
    await slow;
    expect(took).toBeLessThan(1000);
  });

  it('never takes another one with it that ends at the same moment, or begins right after', async () => {
    const aboutMs = Math.max(2, await timed(() => query(20_000, 5000)));
    const outcomes = new Set<string>();
    for (let round = 0; round < 40; round++) {
      const limitMs = Math.max(1, Math.round(aboutMs * (0.5 + round / 40)));
      const edge = query(20_000, limitMs).then(
        counted => {
          expect(counted).toBe(20_000);
          outcomes.add('answered');
        },
        (error: { code?: string }) => {
          expect(error.code).toBe('QUERY_TOO_EXPENSIVE');
          outcomes.add('ended');
        },
      );
      const others = [query(1000, 5000), query(2000, 5000)];
      await edge;
      expect(await Promise.all([...others, query(3000, 5000)])).toEqual([1000, 2000, 3000]);
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });

  it('sees one moment, as every read does, and cannot write', async () => {
    const { unitOfWork } = database;
    const count = sql`SELECT count(*) AS n FROM roles`;
    let written = (): void => undefined;
    const meanwhile = new Promise<void>(resolve => {
      written = resolve;
    });
    let began = (): void => undefined;
    const beginning = new Promise<void>(resolve => {
      began = resolve;
    });
    const seen = unitOfWork.read(
      async transaction => {
        const first = await transaction.query(count);
        began();
        await meanwhile;
        return [first, await transaction.query(count)].map(rows => Number(rows[0]?.n));
      },
      { lane: 'query', limitMs: 5000 },
    );
    await beginning;
    await write('meanwhile');
    written();
    expect(await seen).toEqual([0, 0]);
    const forbidden = unitOfWork.read(transaction => transaction.query(sql`DELETE FROM roles`), {
      lane: 'query',
      limitMs: 5000,
    });
    await expect(forbidden).rejects.toThrow();
    const counted = await unitOfWork.read(transaction => transaction.query(count));
    expect(Number(counted[0]?.n)).toBe(1);
    expect(await query(10, 5000)).toBe(10);
  });
});
