import { setTimeout as delay } from 'node:timers/promises';
import type { Position } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import type { UnitOfWork, WrittenLog } from '../../src/database/unit-of-work.js';
import { EventLog } from '../../src/events/event-log.js';
import { writeLog } from '../../src/events/stored-log.js';

const WRITES = 20;
const LISTENERS = 200;

describeOnEveryDialect('the listeners of a process', engine => {
  let database: Database;
  let log: EventLog;
  let reads: number;
  /** Is called when entries have been read and nobody knows of them yet. */
  let haveRead: () => void;

  beforeEach(async () => {
    database = await openDatabase(parseDatabaseUrl(await engine.migratedUrl()), {}, writeLog);
    const { unitOfWork } = database;
    reads = 0;
    haveRead = () => undefined;
    const counted = Object.assign(Object.create(unitOfWork) as UnitOfWork, {
      read: (work: Parameters<UnitOfWork['read']>[0]) => {
        reads += 1;
        return unitOfWork.read(transaction =>
          work({
            ...transaction,
            query: async statement => {
              const rows = await transaction.query(statement);
              if (/FROM events WHERE seq/.test(statement.sql)) haveRead();
              return rows;
            },
          }),
        );
      },
    });
    log = new EventLog(counted, error => {
      throw error;
    });
  });

  afterEach(async () => {
    await log.close();
    await database.close();
  });

  /** Reads as a live listener does. @returns the positions it got. */
  async function listen(from: Position, count = WRITES): Promise<number[]> {
    const heard: number[] = [];
    let position = from;
    while (heard.length < count) {
      const page = await log.pageAfter(position);
      if ('resyncAt' in page) throw new Error('the log lost its place');
      heard.push(...page.events.map(event => event.seq));
      position = page.upTo;
      if (page.events.length === 0) await log.waitBeyond(position, AbortSignal.timeout(10_000));
    }
    return heard;
  }

  const notified = () => database.unitOfWork.onLogged(() => log.notify());
  const handed = () => database.unitOfWork.onLogged(written => log.take(written));

  /** How often the database is read while so many listeners hear of every write. */
  async function readsOf(listeners: number): Promise<number> {
    const from = await log.position();
    // From the first wait on the log is followed.
    await log.waitBeyond(from, AbortSignal.timeout(50));
    reads = 0;
    const hearing = Promise.all(Array.from({ length: listeners }, () => listen(from)));
    for (let number = 0; number < WRITES; number++) {
      await database.unitOfWork.write(async transaction => {
        transaction.log({ type: 'app.updated', actor_type: 'server', data: {} });
      });
    }
    const expected = Array.from({ length: WRITES }, (_, index) => from.seq + index + 1);
    for (const heard of await hearing) expect(heard).toEqual(expected);
    return reads;
  }

  it('hear what their own process has written without a read', async () => {
    handed();
    // The log is also looked at from time to time.
    expect(await readsOf(LISTENERS)).toBeLessThanOrEqual(2);
  });

  it('find the page after the one that they were given: each page is read once, and before it is asked for', async () => {
    const from = await log.position();
    await database.unitOfWork.write(async transaction => {
      for (let number = 0; number < 50; number++) {
        transaction.log({ type: 'app.updated', actor_type: 'server', data: { number } });
      }
    });
    await log.position();
    let pagesRead = 0;
    haveRead = () => {
      pagesRead += 1;
    };
    const heard: number[] = [];
    let position = from;
    for (let page = 1; page <= 5; page++) {
      const given = await log.pageAfter(position, 10);
      if ('resyncAt' in given) throw new Error('the log lost its place');
      heard.push(...given.events.map(event => event.seq));
      position = given.upTo;
      // After the last one there is nothing more to read.
      await vi.waitFor(() => expect(pagesRead).toBe(Math.min(page + 1, 5)));
    }
    expect(heard).toEqual(Array.from({ length: 50 }, (_, index) => from.seq + index + 1));
    await delay(50);
    expect(pagesRead).toBe(5);
    // Asked for at once, a page is on its way.
    log.dropMemory();
    position = from;
    for (let page = 1; page <= 5; page++)
      position = ((await log.pageAfter(position, 10)) as { upTo: Position }).upTo;
    expect([position, pagesRead]).toEqual([{ ...from, seq: from.seq + 50 }, 10]);
  });

  it('are not given a page that was read before something was taken out of the log', async () => {
    const from = await log.position();
    await database.unitOfWork.write(async transaction => {
      for (let number = 0; number < 20; number++) {
        transaction.log({ type: 'app.updated', actor_type: 'server', data: { secret: 'told' } });
      }
    });
    await log.position();
    const read = new Promise<void>(resolve => {
      let pagesRead = 0;
      haveRead = () => {
        pagesRead += 1;
        if (pagesRead === 2) resolve();
      };
    });
    const first = await log.pageAfter(from, 10);
    await read;
    await database.unitOfWork.write(transaction => transaction.query(sql`UPDATE events SET data = '{}'`));
    log.dropMemory();
    const second = await log.pageAfter((first as { upTo: Position }).upTo, 10);
    if ('resyncAt' in second) throw new Error('the log lost its place');
    expect(second.events.map(({ text }) => text.includes('told'))).toEqual(Array(10).fill(false));
  });

  it('hear each entry once, in order, while some is handed over and some is read', async () => {
    const from = await log.position();
    const { unitOfWork } = database;
    await log.waitBeyond(from, AbortSignal.timeout(50));
    // Every third commit is told as one of another process is, and what is handed over meets the reads of those.
    let commits = 0;
    unitOfWork.onLogged(written => {
      commits += 1;
      if (commits % 3 === 0) log.notify();
      else log.take(written);
    });
    const hearing = Promise.all(Array.from({ length: 20 }, () => listen(from, 300)));
    for (let number = 0; number < 300; number++) {
      const write = unitOfWork.write(async transaction => {
        transaction.log({ type: 'app.updated', actor_type: 'server', data: { number } });
      });
      if (number % 7 === 0) await write;
    }
    const expected = Array.from({ length: 300 }, (_, index) => from.seq + index + 1);
    for (const heard of await hearing) expect(heard).toEqual(expected);
  });

  it('hear an entry once that is handed over while it is read', async () => {
    const from = await log.position();
    await log.waitBeyond(from, AbortSignal.timeout(50));
    const late: WrittenLog[] = [];
    database.unitOfWork.onLogged(written => {
      late.push(written);
      log.notify();
    });
    haveRead = () => {
      for (const written of late.splice(0)) log.take(written);
    };
    const hearing = listen(from);
    for (let number = 0; number < WRITES; number++) {
      await database.unitOfWork.write(async transaction => {
        transaction.log({ type: 'app.updated', actor_type: 'server', data: {} });
      });
      await delay(15);
    }
    expect(await hearing).toEqual(Array.from({ length: WRITES }, (_, index) => from.seq + index + 1));
  });

  it('cost the database nothing: two hundred make it read no more often than one', async () => {
    notified();
    const [one, many] = [await readsOf(1), await readsOf(LISTENERS)];
    // Each write is looked for at most once and once in vain, however many wait for it.
    expect(one).toBeLessThanOrEqual(2 * WRITES + 2);
    expect(many).toBeLessThanOrEqual(2 * WRITES + 2);
  });
});
