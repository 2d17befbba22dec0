import { describeOnEveryDialect } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import { EventLog } from '../../src/events/event-log.js';
import { writeLog } from '../../src/events/stored-log.js';
import { pruneLog } from '../../src/maintenance/retention.js';
import { TABLES } from '../../src/tables.js';
import { TestClock } from '../support/test-clock.js';

describeOnEveryDialect('pruning the event log', engine => {
  let database: Database;
  let log: EventLog;
  const clock = new TestClock(0);

  beforeEach(async () => {
    database = await openDatabase(
      parseDatabaseUrl(await engine.migratedUrl()),
      { tables: TABLES, clock: clock.read },
      writeLog,
    );
    log = new EventLog(database.unitOfWork, error => {
      throw error;
    });
  });

  afterEach(async () => {
    await log.close();
    await database.close();
  });

  const write = (count: number, at: number) => {
    clock.now = at;
    return database.unitOfWork.write(async transaction => {
      for (let index = 0; index < count; index++) {
        transaction.log({ type: 'role.created', actor_type: 'server', data: {} });
      }
    });
  };
  const positionsAfter = async (seq: number) => {
    const page = await log.pageAfter({ ...(await log.position()), seq });
    return 'resyncAt' in page ? page : page.events.map(entry => entry.seq);
  };

  it('lets what is old leave, in chunks, and keeps the rest', async () => {
    await write(2500, 1000);
    await write(3, 2000);
    expect(await pruneLog(database.unitOfWork, 2000)).toBe(2500);
    expect(await positionsAfter(2500)).toEqual([2501, 2502, 2503]);
    expect(await pruneLog(database.unitOfWork, 2000)).toBe(0);
  });

  it('asks a reader who missed some of it to read afresh, rather than give it a part', async () => {
    await write(3, 1000);
    await write(2, 2000);
    await pruneLog(database.unitOfWork, 2000);
    expect(await positionsAfter(2)).toMatchObject({ resyncAt: { seq: 5 } });
    expect(await positionsAfter(3)).toEqual([4, 5]);
  });

  it('forgets the epochs that ended before what is left, of which no position leads on any more', async () => {
    await write(3, 1000);
    await write(2, 2000);
    await database.unitOfWork.write(one =>
      one.query(sql`INSERT INTO past_epochs (epoch, last_seq) VALUES ('gone', 2), ('just', 3), ('kept', 4)`),
    );
    await pruneLog(database.unitOfWork, 2000);
    const left = await database.unitOfWork.read(one =>
      one.query(sql`SELECT epoch FROM past_epochs ORDER BY epoch`),
    );
    expect(left.map(({ epoch }) => epoch)).toEqual(['just', 'kept']);
    const page = await log.pageAfter({ epoch: 'just', seq: 3 });
    expect('events' in page && page.events.map(entry => entry.seq)).toEqual([4, 5]);
  });

  it('goes on counting where it was when everything has left', async () => {
    await write(3, 1000);
    expect(await pruneLog(database.unitOfWork, 5000)).toBe(3);
    await write(1, 6000);
    expect(await positionsAfter(3)).toEqual([4]);
  });
});
