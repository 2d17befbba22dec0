import { formatPosition, type Position } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DatabaseAddress, parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import { EventLog } from '../../src/events/event-log.js';
import { writeLog } from '../../src/events/stored-log.js';
import { renewLog } from '../../src/maintenance/renew-log.js';
import { TABLES } from '../../src/tables.js';
import { TestClock } from '../support/test-clock.js';

describeOnEveryEngine('a log that was restored from a backup', engine => {
  let address: DatabaseAddress;
  let database: Database;
  let faults: string[];
  let logs: EventLog[];
  let start: Position;
  const clock = new TestClock(0);

  /** One process's view of the log. */
  function openLog(): EventLog {
    const log = new EventLog(database.unitOfWork, error => faults.push(String(error)));
    logs.push(log);
    return log;
  }

  /** Adds entries to the log; `at` tells them from those of another history. */
  async function write(count: number, at: number): Promise<void> {
    clock.now = at;
    await database.unitOfWork.write(async transaction => {
      for (let entry = 0; entry < count; entry++) {
        transaction.log({ type: 'user.updated', actor_type: 'system', data: {} });
      }
    });
  }

  /** What a restore does to a log under a running process: it ends earlier, and says the same about itself. */
  async function goBackTo(seq: number): Promise<void> {
    await database.unitOfWork.write(async transaction => {
      await transaction.query(sql`DELETE FROM events WHERE seq > ${seq}`);
      await transaction.query(sql`UPDATE event_stream SET last_seq = ${seq} WHERE id = 1`);
    });
  }

  /** Follows until the reader has been told something, as a live listener does. */
  async function next(log: EventLog, position: Position) {
    const { signal } = new AbortController();
    for (;;) {
      const page = await log.pageAfter(position);
      if ('resyncAt' in page || page.events.length > 0) return page;
      await log.waitBeyond(position, signal);
    }
  }

  beforeEach(async () => {
    address = parseDatabaseUrl(await engine.freshUrl());
    database = await openDatabase(address, { tables: TABLES, clock: clock.read }, writeLog);
    faults = [];
    logs = [];
    await write(10, 1000);
    start = await openLog().position();
  });

  afterEach(async () => {
    for (const log of logs) await log.close();
    await database.close();
  });

  const at = (seq: number): Position => ({ ...start, seq });

  it('gets a new epoch as soon as a process that knew more looks at its end', async () => {
    const log = openLog();
    await log.position();
    await goBackTo(4);
    const end = await log.position();
    expect(end.seq).toBe(4);
    expect(end.epoch).not.toBe(start.epoch);
    expect(await log.pageAfter(at(3))).toEqual({ resyncAt: end });
    expect(await log.position()).toEqual(end);
    expect(faults).toEqual([
      expect.stringContaining(`the event log went back from ${formatPosition(start)}`),
    ]);
    expect(faults[0]).toContain(formatPosition(end));
  });

  it('tells a listener that waits to read afresh, once, and everything that follows', async () => {
    const log = openLog();
    const listening = next(log, at(10));
    await expect.poll(() => log.position()).toEqual(at(10));
    await goBackTo(4);
    const page = await listening;
    if (!('resyncAt' in page)) throw new Error('the listener was not told');
    expect(page.resyncAt).toMatchObject({ seq: 4 });
    expect(page.resyncAt.epoch).not.toBe(start.epoch);
    await write(3, 5000);
    const after = await next(log, page.resyncAt);
    expect('events' in after && after.events.map(event => [event.seq, event.at])).toEqual([
      [5, 5000],
      [6, 5000],
      [7, 5000],
    ]);
  });

  it('is recognised by its entries when it has grown past what was known before anybody looked', async () => {
    const log = openLog();
    const listening = next(log, at(9));
    expect(await listening).toMatchObject({ upTo: at(10) });
    const waiting = next(log, at(10));
    clock.now = 7000;
    await database.unitOfWork.write(async transaction => {
      await transaction.query(sql`DELETE FROM events WHERE seq > 4`);
      await transaction.query(sql`UPDATE event_stream SET last_seq = 4 WHERE id = 1`);
      for (let entry = 0; entry < 20; entry++) {
        transaction.log({ type: 'user.updated', actor_type: 'system', data: {} });
      }
    });
    const page = await waiting;
    if (!('resyncAt' in page)) throw new Error('entries of another log were served');
    expect(page.resyncAt.seq).toBe(24);
    expect(page.resyncAt.epoch).not.toBe(start.epoch);
  });

  it('is renewed by one of several processes that notice, and each tells its listeners once', async () => {
    const processes = [openLog(), openLog(), openLog()];
    const listening = processes.map(log => next(log, at(10)));
    for (const log of processes) await log.position();
    await goBackTo(2);
    const pages = await Promise.all(listening);
    const [first] = pages;
    for (const page of pages) expect(page).toEqual(first);
    expect(faults).toHaveLength(1);
    await write(1, 9000);
    const after = await Promise.all(
      processes.map((log, index) => next(log, (pages[index] as { resyncAt: Position }).resyncAt)),
    );
    for (const page of after) expect(page).toMatchObject({ events: [{ seq: 3, at: 9000 }] });
  });

  it('is not mistaken for another when it was pruned, forgotten in, or read while many write', async () => {
    const log = openLog();
    const { signal } = new AbortController();
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; round < 25; round++) await write(1, 20_000 + 100 * writer + round);
    });
    const looks = Array.from({ length: 4 }, async () => {
      for (let round = 0; round < 25; round++) await log.position();
    });
    let position = at(10);
    while (position.seq < 110) {
      const page = await log.pageAfter(position);
      if ('resyncAt' in page) throw new Error('resync');
      position = page.upTo;
      if (page.events.length === 0) await log.waitBeyond(position, signal);
    }
    await Promise.all([...writers, ...looks]);
    await database.unitOfWork.write(async transaction => {
      await transaction.query(sql`UPDATE events SET data = '{"gone":true}', user_id = 'gone'`);
    });
    await write(1, 30_000);
    expect(await next(log, position)).toMatchObject({ events: [{ seq: 111 }] });
    await database.unitOfWork.write(async transaction => {
      await transaction.query(sql`DELETE FROM events`);
      await transaction.query(sql`UPDATE event_stream SET min_seq = 112 WHERE id = 1`);
    });
    await write(1, 40_000);
    expect(await next(log, at(111))).toMatchObject({ events: [{ seq: 112 }] });
    expect(await log.position()).toEqual(at(112));
    expect(faults).toEqual([]);
  });

  it('leads on from no epoch that ended before: a standby had taken over, and a backup was restored since', async () => {
    const log = openLog();
    const past = { epoch: 'past', seq: 3 };
    await database.unitOfWork.write(one =>
      one.query(sql`INSERT INTO past_epochs (epoch, last_seq) VALUES ('past', 4)`),
    );
    expect(await log.pageAfter(past)).toMatchObject({ upTo: at(10) });
    await goBackTo(7);
    const end = await log.position();
    expect(await log.pageAfter(past)).toEqual({ resyncAt: end });
  });

  it('gets a new epoch by the operator, and a process that runs meanwhile finds out by itself', async () => {
    const log = openLog();
    const listening = next(log, at(10));
    const isEmbedded = address.engine !== 'postgres';
    if (isEmbedded) {
      await log.close();
      await listening.catch(() => undefined);
      await database.close();
    }
    const renewed = await renewLog(address);
    expect(renewed).toMatchObject({ seq: 10 });
    expect(renewed.epoch).not.toBe(start.epoch);
    if (isEmbedded) {
      database = await openDatabase(address, { tables: TABLES, clock: clock.read }, writeLog);
      expect(await openLog().pageAfter(at(10))).toEqual({ resyncAt: renewed });
    } else {
      expect(await listening).toEqual({ resyncAt: renewed });
    }
    expect(faults).toEqual([]);
  });
});
