import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/database/open-database.js';
import { BULK_LOOKUP, queryLane, type ReadLane } from '../../src/database/read-lane.js';
import { LoggedEvent } from '../../src/events/logged-event.js';
import { SharedPages } from '../../src/events/shared-pages.js';
import {
  POOL_SIZE,
  ReplicaFixture,
  serverOf as serverOfRead,
  TESTS_POSTGRES,
} from '../support/replica-fixture.js';
import { until } from '../support/until.js';

/** Longer than a read waits for a replica, and shorter than any limit of a statement. */
const WITHIN_MS = 4500;

const QUERY = queryLane();
const CLIENT_QUERY = queryLane({ queryMs: 2000 });

describe.skipIf(!TESTS_POSTGRES)('a replica in trouble', () => {
  let fixture: ReplicaFixture;

  beforeAll(async () => {
    fixture = await ReplicaFixture.start();
  }, 60_000);
  afterAll(() => fixture.pair.stop());
  beforeEach(() => fixture.begin());
  afterEach(() => fixture.end());

  const serverOf = (database: Database, lane: ReadLane = QUERY) => serverOfRead(database, lane);
  /** Reads that last, and stay at the replica. */
  const occupy = (
    database: Database,
    lane: ReadLane,
    { reads, seconds }: { reads: number; seconds: number },
  ) =>
    Array.from({ length: reads }, () =>
      database.unitOfWork.read(one => one.query(sql`SELECT pg_sleep(${seconds})`), lane),
    );
  async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
    const askedAt = performance.now();
    return { result: await work, ms: performance.now() - askedAt };
  }

  it.each([
    ['a query of a client', CLIENT_QUERY],
    ['a page of a replay', BULK_LOOKUP],
  ])('that falls silent in the middle of %s leaves it to the primary, soon', async (_, lane) => {
    const forward = await fixture.wayTo(fixture.pair.standbyUrl);
    const database = await fixture.open([forward.url]);
    const places: unknown[] = [];
    const read = database.unitOfWork.read(async transaction => {
      const [row] = await transaction.query(sql`SELECT pg_is_in_recovery() AS replica`);
      places.push(row?.replica);
      if (row?.replica) forward.swallow();
      await transaction.query(sql`SELECT 1 AS one`);
      return 'answered';
    }, lane);
    const { result, ms } = await timed(read);
    expect(result).toBe('answered');
    expect(places).toEqual([true, false]);
    expect(ms).toBeLessThan(WITHIN_MS);
    expect(fixture.told).toEqual([expect.stringContaining('does not answer any more')]);
  });

  it('that only takes long for a query goes on with it', async () => {
    const database = await fixture.open();
    await Promise.all(occupy(database, QUERY, { reads: 2, seconds: 6 }));
    expect(fixture.outcomes).toEqual(['served', 'served']);
  });

  it('that falls silent holds up nobody of the hundreds who ask at that moment', async () => {
    const forward = await fixture.wayTo(fixture.pair.standbyUrl);
    const database = await fixture.open([forward.url]);
    expect(await serverOf(database)).toBe('replica');
    forward.swallow();
    const lanes = Array.from({ length: 400 }, (_, index) => (index % 2 ? QUERY : BULK_LOOKUP));
    const { result, ms } = await timed(Promise.all(lanes.map(lane => serverOf(database, lane))));
    expect(new Set(result)).toEqual(new Set(['primary']));
    expect(ms).toBeLessThan(WITHIN_MS);
    expect(fixture.outcomes.filter(outcome => outcome === 'failed').length).toBeLessThanOrEqual(POOL_SIZE);
  });

  it('that is behind is found out once, however many ask at that moment', async () => {
    const database = await fixture.open();
    expect(await serverOf(database)).toBe('replica');
    await fixture.pair.queryStandby('SELECT pg_wal_replay_pause()');
    await database.unitOfWork.write(one =>
      one.query(sql`INSERT INTO roles (name, created_at) VALUES ('late', ${1})`),
    );
    const served = await Promise.all(Array.from({ length: 100 }, () => serverOf(database)));
    expect(new Set(served)).toEqual(new Set(['primary']));
    expect(fixture.outcomes.filter(outcome => outcome === 'behind').length).toBeLessThanOrEqual(
      POOL_SIZE / 2,
    );
  });

  it('that is no replica of this database is told, and left alone', async () => {
    const database = await fixture.open([fixture.pair.standbyUrl.replace(/postgres$/, 'template1')]);
    expect(await serverOf(database)).toBe('primary');
    expect(await serverOf(database)).toBe('primary');
    expect(fixture.outcomes).toEqual(['failed', 'skipped']);
    expect(fixture.told).toEqual([expect.stringContaining('"event_stream" does not exist')]);
    expect(database.unitOfWork.state.replicas).toEqual({ serving: 0, away: 1 });
  });

  it('that has too much to do refuses nobody whom the primary would serve', async () => {
    const database = await fixture.open();
    const long = occupy(database, QUERY, { reads: POOL_SIZE / 2, seconds: 12 });
    await until('they run', () => database.unitOfWork.state.replicas?.serving === 1);
    await sleep(500);
    const { result, ms } = await timed(serverOf(database));
    expect(result).toBe('primary');
    expect(ms).toBeLessThan(WITHIN_MS);
    await Promise.all(long);
    expect(fixture.told).toEqual([]);
  });

  it('is not in trouble when all its connections are in use for a while', async () => {
    const database = await fixture.open();
    const long = occupy(database, BULK_LOOKUP, { reads: POOL_SIZE, seconds: 4 });
    await sleep(300);
    expect(await serverOf(database, BULK_LOOKUP)).toBe('primary');
    await Promise.all(long);
    expect(await serverOf(database)).toBe('replica');
    expect(fixture.told).toEqual([]);
  });

  it.each([
    ['a query', QUERY],
    ['a page of a replay', BULK_LOOKUP],
  ])('shows nothing that was erased while %s waited for its turn there', async (_, lane) => {
    const database = await fixture.open();
    await database.unitOfWork.write(one =>
      one.query(sql`INSERT INTO roles (name, created_at) VALUES ('erased', ${1})`),
    );
    const roles = async () => fixture.pair.queryStandby("SELECT name FROM roles WHERE name = 'erased'");
    await until('the standby has it', async () => (await roles()).length === 1);
    const long = occupy(database, lane, { reads: POOL_SIZE, seconds: 1 });
    await sleep(300);
    const read = database.unitOfWork.read(
      one => one.query(sql`SELECT name FROM roles WHERE name = 'erased'`),
      lane,
    );
    await sleep(50);
    await fixture.pair.queryStandby('SELECT pg_wal_replay_pause()');
    await database.unitOfWork.write(one => one.query(sql`DELETE FROM roles WHERE name = 'erased'`));
    expect(await roles()).toHaveLength(1);
    expect(await read).toEqual([]);
    await Promise.all(long);
  });

  it('holds up nobody for long when one connection to the primary falls silent', async () => {
    const primary = await fixture.wayTo(fixture.pair.primaryUrl);
    const database = await fixture.open([fixture.pair.standbyUrl], primary.url);
    expect(await serverOf(database)).toBe('replica');
    primary.swallow();
    const first = timed(serverOf(database));
    await sleep(100);
    primary.mend();
    await sleep(10);
    const { result, ms } = await timed(Promise.all(Array.from({ length: 8 }, () => serverOf(database))));
    expect(new Set(result)).toEqual(new Set(['replica']));
    expect(ms).toBeLessThan(WITHIN_MS);
    const { result: served, ms: firstMs } = await first;
    expect([served, firstMs < WITHIN_MS]).toEqual(['primary', true]);
    expect(fixture.told).toEqual([]);
  });

  it('does not keep a process from closing that reads there', async () => {
    const forward = await fixture.wayTo(fixture.pair.standbyUrl);
    const database = await fixture.open([forward.url]);
    const reading = new Promise<void>(resolve => {
      const read = database.unitOfWork.read(async transaction => {
        await transaction.query(sql`SELECT 1 AS one`);
        forward.swallow();
        resolve();
        await transaction.query(sql`SELECT 1 AS one`);
      }, QUERY);
      read.catch(() => undefined);
    });
    await reading;
    fixture.leave(database);
    const { ms } = await timed(database.close());
    expect(ms).toBeLessThan(WITHIN_MS);
  });
});

describe('pages that many share', () => {
  it('are as old as the question for them, however late the answer came', async () => {
    const pages = new SharedPages();
    const at = { epoch: 'one', seq: 0 };
    const keep = pages.reading(at, 1);
    const event = new LoggedEvent('one', {
      seq: 1,
      type: 'user.created',
      actor_type: 'server',
      at: 1,
      data: '{}',
    } as never);
    await sleep(600);
    keep([event]);
    expect(pages.find(at, 1)).toBeUndefined();
    pages.reading(at, 1)([event]);
    expect(pages.find(at, 1)).toEqual([event]);
  });
});
