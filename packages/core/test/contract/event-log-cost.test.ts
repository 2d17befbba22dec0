import type { Position } from '@rollcall/protocol';
import { describeOnEveryEngine } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import type { UnitOfWork } from '../../src/database/unit-of-work.js';
import { EventLog } from '../../src/events/event-log.js';
import { writeLog } from '../../src/events/stored-log.js';

const WRITES = 20;
const LISTENERS = 200;

describeOnEveryEngine('the listeners of a process', engine => {
  let database: Database;
  let log: EventLog;
  let reads: number;

  beforeEach(async () => {
    database = await openDatabase(parseDatabaseUrl(await engine.migratedUrl()), {}, writeLog);
    const { unitOfWork } = database;
    reads = 0;
    const counted = Object.assign(Object.create(unitOfWork) as UnitOfWork, {
      read: (work: Parameters<UnitOfWork['read']>[0]) => {
        reads += 1;
        return unitOfWork.read(work);
      },
    });
    log = new EventLog(counted, error => {
      throw error;
    });
    unitOfWork.onLogged(() => log.notify());
  });

  afterEach(async () => {
    await log.close();
    await database.close();
  });

  /** Reads as a live listener does. @returns the positions it got. */
  async function listen(from: Position): Promise<number[]> {
    const heard: number[] = [];
    let position = from;
    while (heard.length < WRITES) {
      const page = await log.pageAfter(position);
      if ('resyncAt' in page) throw new Error('the log lost its place');
      heard.push(...page.events.map(event => event.seq));
      position = page.upTo;
      if (page.events.length === 0) await log.waitBeyond(position, AbortSignal.timeout(10_000));
    }
    return heard;
  }

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

  it('cost the database nothing: two hundred make it read no more often than one', async () => {
    const [one, many] = [await readsOf(1), await readsOf(LISTENERS)];
    // Each write is looked for at most once and once in vain, however many wait for it.
    expect(one).toBeLessThanOrEqual(2 * WRITES + 2);
    expect(many).toBeLessThanOrEqual(2 * WRITES + 2);
  });
});
