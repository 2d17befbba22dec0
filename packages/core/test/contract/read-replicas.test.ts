import { setTimeout as sleep } from 'node:timers/promises';
import { parseFilter, parseSort } from '@rollcall/protocol';
import { queryUsersOptionsSchema } from '@rollcall/protocol/schemas';
import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type PostgresAddress,
  parseDatabaseUrl,
  parseReadUrls,
} from '../../src/database/database-address.js';
import type { Database } from '../../src/database/open-database.js';
import { PostgresConnections } from '../../src/database/postgres-connections.js';
import { openPostgresReplica } from '../../src/database/postgres-sources.js';
import { BULK_LOOKUP, queryLane } from '../../src/database/read-lane.js';
import { Replica } from '../../src/database/replica.js';
import { CurrentTransaction, type Transaction } from '../../src/database/unit-of-work.js';
import { type Directory, openDirectory } from '../../src/directory.js';
import { EventLog } from '../../src/events/event-log.js';
import { examineDirectory } from '../../src/examine.js';
import { ReplicaFixture, serverOf, TESTS_POSTGRES } from '../support/replica-fixture.js';
import { refusal, SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';

/** A replica that was left alone is asked again after 5 s at most. */
const ASKED_AGAIN_MS = 15_000;

/** Longer than a replica has for its answer, and shorter than it takes to notice otherwise that it is silent. */
const SOON_MS = 2500;

const QUERY = queryLane();

describe.skipIf(!TESTS_POSTGRES)('read replicas', () => {
  let fixture: ReplicaFixture;

  beforeAll(async () => {
    fixture = await ReplicaFixture.start();
  }, 60_000);
  afterAll(() => fixture.pair.stop());
  beforeEach(() => fixture.begin());
  afterEach(() => fixture.end());

  let roles = 0;
  /** Changes something that the event log does not tell. */
  async function addRole({ unitOfWork }: Database): Promise<string> {
    roles += 1;
    const name = `role-${roles}`;
    await unitOfWork.write(one =>
      one.query(sql`INSERT INTO roles (name, created_at) VALUES (${name}, ${1})`),
    );
    return name;
  }
  const hasRole =
    (name: string) =>
    async (transaction: Transaction): Promise<boolean> =>
      (await transaction.query(sql`SELECT 1 AS one FROM roles WHERE name = ${name}`)).length === 1;

  it('serve queries and pages of a replay, and neither other lookups nor writes', async () => {
    const database = await fixture.open();
    expect(await serverOf(database, QUERY)).toBe('replica');
    expect(await serverOf(database, BULK_LOOKUP)).toBe('replica');
    expect(await serverOf(database)).toBe('primary');
    const [written] = await database.unitOfWork.write(one =>
      one.query(sql`SELECT pg_is_in_recovery() AS replica`),
    );
    expect(written).toEqual({ replica: false });
    const within = await database.unitOfWork.write(() => serverOf(database, QUERY));
    expect(within).toBe('primary');
    expect(fixture.outcomes).toEqual(['served', 'served']);
    expect(database.unitOfWork.state.replicas).toEqual({ serving: 1, away: 0 });
  });

  it('serve the queries and the replays of a directory', async () => {
    const directory = await openDirectory({
      databaseUrl: fixture.pair.primaryUrl,
      databaseReadUrls: [fixture.pair.standbyUrl],
      runTasks: false,
      ...fixture.heard,
    });
    fixture.keep(directory);
    await directory.warmUp();
    const from = await directory.events.position();
    await directory.users.upsert(SERVER, [{ id: 'replayed', name: 'Replayed' }]);
    fixture.outcomes.length = 0;
    expect(await idsNamed(directory, 'Replayed')).toEqual(['replayed']);
    const page = await directory.events.pageAfter(from);
    expect('events' in page && page.events.map(({ type }) => type)).toEqual(['user.created']);
    expect(fixture.outcomes).toEqual(['served', 'served']);
  });

  it('show every write that was acknowledged before, logged or not, however late they are', async () => {
    const database = await fixture.open();
    let isOver = false;
    const disturbing = (async () => {
      while (!isOver) {
        await fixture.pause();
        await sleep(20 + Math.random() * 150);
        await fixture.resume();
        await sleep(1500 * Math.random());
      }
    })();
    const missed: string[] = [];
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        for (const end = performance.now() + 6000; performance.now() < end; ) {
          const name = await addRole(database);
          if (!(await database.unitOfWork.read(hasRole(name), QUERY))) missed.push(name);
        }
      }),
    );
    isOver = true;
    await disturbing;
    expect(missed).toEqual([]);
    const counted = new Set(fixture.outcomes);
    expect([counted.has('served'), counted.has('behind')]).toEqual([true, true]);
    expect(fixture.outcomes.filter(one => one === 'served').length).toBeGreaterThan(100);
  });

  it('show a logged write that the primary has acknowledged before its disk had it', async () => {
    await fixture.pair.query('ALTER SYSTEM SET synchronous_commit = off');
    await fixture.pair.query('SELECT pg_reload_conf()');
    try {
      const database = await fixture.open();
      const missed: string[] = [];
      for (let write = 0; write < 50; write++) {
        const name = `early-${write}`;
        await database.unitOfWork.write(async one => {
          await one.query(sql`INSERT INTO roles (name, created_at) VALUES (${name}, ${1})`);
          one.log({ type: 'user.updated', actor_type: 'system', data: {} });
        });
        if (!(await database.unitOfWork.read(hasRole(name), QUERY))) missed.push(name);
      }
      expect(missed).toEqual([]);
    } finally {
      await fixture.pair.query('ALTER SYSTEM RESET synchronous_commit');
      await fixture.pair.query('SELECT pg_reload_conf()');
    }
  });

  it('never make the log seem to have gone back, while it grows and is replayed', async () => {
    const database = await fixture.open();
    const log = new EventLog(database.unitOfWork, fixture.heard.onError);
    fixture.keep(log);
    const start = await log.position();
    let isOver = false;
    const end = performance.now() + 4000;
    const writing = async () => {
      while (performance.now() < end) {
        await database.unitOfWork.write(async one =>
          one.log({ type: 'user.updated', actor_type: 'system', data: {} }),
        );
        await log.position();
      }
    };
    const reading = async () => {
      while (!isOver) {
        const page = await log.pageAfter(start, 1 + Math.floor(Math.random() * 5));
        expect('resyncAt' in page).toBe(false);
      }
    };
    const readers = Array.from({ length: 4 }, reading);
    await Promise.all([writing(), writing()]);
    isOver = true;
    await Promise.all(readers);
    expect((await log.position()).epoch).toBe(start.epoch);
    expect(fixture.told).toEqual([]);
    expect(fixture.outcomes).toContain('served');
  });

  it('leave a read to the primary when they stay behind, and serve again when they have caught up', async () => {
    const database = await fixture.open();
    await fixture.pause();
    const name = await addRole(database);
    expect(await database.unitOfWork.read(hasRole(name), QUERY)).toBe(true);
    expect(fixture.outcomes).toEqual(['behind']);
    expect(await serverOf(database, QUERY)).toBe('primary');
    expect(fixture.outcomes).toEqual(['behind', 'skipped']);
    expect(database.unitOfWork.state.replicas).toEqual({ serving: 0, away: 1 });
    expect(fixture.told).toEqual([
      expect.stringMatching(/^the replica 127\.0\.0\.1:\d+ is not used for now.*100 ms behind/),
    ]);
    await fixture.resume();
    await expect.poll(() => serverOf(database, QUERY), { timeout: ASKED_AGAIN_MS }).toBe('replica');
    expect(database.unitOfWork.state.replicas).toEqual({ serving: 1, away: 0 });
    expect(fixture.told).toHaveLength(1);
  });

  it('may be away when a process starts, and come later', async () => {
    const forward = await fixture.wayTo(undefined, { open: false });
    const database = await fixture.open([forward.url]);
    expect(await serverOf(database, QUERY)).toBe('primary');
    expect(fixture.outcomes).toEqual(['skipped']);
    expect(fixture.told).toEqual([
      expect.stringContaining(`the replica ${new URL(forward.url).host} is not used`),
    ]);
    expect(fixture.told[0]).not.toContain('postgres:postgres');
    forward.mend();
    await expect.poll(() => serverOf(database, QUERY), { timeout: ASKED_AGAIN_MS }).toBe('replica');
  });

  async function loseReplica(how: 'cut' | 'swallow'): Promise<void> {
    const forward = await fixture.wayTo();
    const database = await fixture.open([forward.url]);
    expect(await serverOf(database, QUERY)).toBe('replica');
    forward[how]();
    const askedAt = performance.now();
    const served = await Promise.all(Array.from({ length: 8 }, () => serverOf(database, QUERY)));
    expect(new Set(served)).toEqual(new Set(['primary']));
    expect(performance.now() - askedAt).toBeLessThan(SOON_MS);
    expect(fixture.outcomes).toContain('failed');
    forward.mend();
    await expect.poll(() => serverOf(database, QUERY), { timeout: ASKED_AGAIN_MS }).toBe('replica');
  }

  it('leave reads to the primary when their connections break', () => loseReplica('cut'));

  it('leave reads to the primary, soon, when they do not answer any more', () => loseReplica('swallow'));

  it('use another replica while one is away', async () => {
    const forward = await fixture.wayTo(undefined, { open: false });
    const database = await fixture.open([forward.url, fixture.pair.standbyUrl]);
    const served = await Promise.all(Array.from({ length: 10 }, () => serverOf(database, QUERY)));
    expect(new Set(served)).toEqual(new Set(['replica']));
    expect(database.unitOfWork.state.replicas).toEqual({ serving: 1, away: 1 });
  });

  it('end a query whose time is over, and it does not begin again at the primary', async () => {
    const database = await fixture.open();
    const places: unknown[] = [];
    const slow = database.unitOfWork.read(
      async transaction => {
        const [row] = await transaction.query(sql`SELECT pg_is_in_recovery() AS replica`);
        places.push(row?.replica);
        await transaction.query(sql`SELECT pg_sleep(60)`);
      },
      { lane: 'query', limitMs: 300 },
    );
    await expect(slow).rejects.toMatchObject({ code: 'QUERY_TOO_EXPENSIVE' });
    expect(places).toEqual([true]);
  });

  it('end a query whose caller has gone', async () => {
    const database = await fixture.open();
    const caller = new AbortController();
    const slow = database.unitOfWork.read(one => one.query(sql`SELECT pg_sleep(61)`), {
      lane: 'query',
      limitMs: 60_000,
      signal: caller.signal,
    });
    const running = async () => {
      const rows = await fixture.pair.queryStandby(
        "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sleep(61)%' AND pid <> pg_backend_pid()",
      );
      return rows.length;
    };
    await until('the query runs', async () => (await running()) === 1);
    caller.abort();
    await expect(slow).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await running()).toBe(0);
  });

  it('have a query answered by the primary, in what is left of its time, when it was in the way of what they receive', async () => {
    const database = await fixture.open();
    await fixture.pair.queryStandby('ALTER SYSTEM SET max_standby_streaming_delay = 0');
    await fixture.pair.queryStandby('SELECT pg_reload_conf()');
    const name = await addRole(database);
    const places: unknown[] = [];
    const query = database.unitOfWork.read(
      async transaction => {
        const [row] = await transaction.query(
          sql`SELECT pg_is_in_recovery() AS replica, current_setting('statement_timeout') AS allowed FROM roles WHERE name = ${name}`,
        );
        places.push(row);
        if (row?.replica) await transaction.query(sql`SELECT pg_sleep(50)`);
        return 'answered';
      },
      { lane: 'query', limitMs: 20_000 },
    );
    await until('it runs on the replica', () => places.length === 1);
    await sleep(3000);
    // To hold a whole table is fixture.told to standbys, and what reads it there has to give way.
    await fixture.pair.query('BEGIN; LOCK TABLE roles IN ACCESS EXCLUSIVE MODE; COMMIT');
    expect(await query).toBe('answered');
    expect(places).toEqual([
      { replica: true, allowed: '20s' },
      { replica: false, allowed: expect.stringMatching(/^1\d{4}ms$/) },
    ]);
    expect(fixture.outcomes).toEqual(['failed']);
  });

  it('are not used when they are no standby', async () => {
    const database = await fixture.open([fixture.pair.primaryUrl]);
    expect(await serverOf(database, QUERY)).toBe('primary');
    expect(fixture.outcomes).toEqual(['failed']);
    expect(fixture.told).toEqual([expect.stringContaining('it is no standby')]);
  });

  it('are not used when they have come far in the history of another primary', async () => {
    const shared = { poolSize: 2, current: new CurrentTransaction(), clock: Date.now };
    const source = await openPostgresReplica(fixture.pair.standbyUrl, {
      poolSize: 2,
      statementTimeoutMs: 1000,
    });
    const replica = new Replica({
      host: 'other',
      open: async () => new PostgresConnections(source, shared),
      answers: async () => true,
      onTrouble: fixture.heard.onError,
    });
    fixture.keep(replica);
    await replica.open();
    const [log] = await fixture.pair.queryStandby<{ epoch: string }>('SELECT epoch FROM event_stream');
    const readAt = (epoch: string) =>
      replica.read(async () => 'read', {
        lane: QUERY,
        position: async () => ({ epoch, seq: '0', lsn: '0/0' }),
      });
    expect(await readAt(log?.epoch as string)).toEqual({ result: 'read' });
    expect(await readAt('another')).toEqual({ why: 'behind', ranMs: 0 });
    expect(fixture.told).toEqual([expect.stringContaining('follows another primary')]);
  });

  it('are spoken of by the doctor, who finds nothing where all is well', async () => {
    await fixture.open();
    const address = parseDatabaseUrl(fixture.pair.primaryUrl) as PostgresAddress;
    const examine = async (readUrls: readonly string[]) => {
      const { findings } = await examineDirectory({ address: { ...address, readUrls }, products: [] });
      return findings.filter(({ message }) => message.includes('replica')).map(({ message }) => message);
    };
    await expect
      .poll(() => examine([fixture.pair.standbyUrl]), { timeout: ASKED_AGAIN_MS })
      .toEqual([expect.stringContaining('has hot_standby_feedback off')]);
    await fixture.pair.queryStandby('ALTER SYSTEM SET hot_standby_feedback = on');
    await fixture.pair.queryStandby('SELECT pg_reload_conf()');
    await until('nothing is wrong', async () => (await examine([fixture.pair.standbyUrl])).length === 0);
    expect(await examine([fixture.pair.primaryUrl])).toEqual([expect.stringContaining('is no standby')]);
    const gone = await examine(['postgres://someone:secret@127.0.0.1:1/none']);
    expect(gone).toEqual([expect.stringMatching(/127\.0\.0\.1:1 cannot be used.*ECONNREFUSED/)]);
    expect(gone[0]).not.toContain('secret');
  });

  it('go with PostgreSQL only', async () => {
    const embedded = openDirectory({
      databaseUrl: 'sqlite:none.sqlite',
      databaseReadUrls: [fixture.pair.standbyUrl],
    });
    expect(await refusal(embedded)).toMatchObject({
      code: 'INPUT_INVALID',
      field: 'ROLLCALL_DATABASE_READ_URLS',
    });
  });
});

describe('the setting of read replicas', () => {
  it('is a list of URLs with one host each, whatever stands in their passwords', () => {
    const urls = ['postgres://a:b,c@one:5432/d', 'postgresql://two/d?sslmode=require'];
    expect(parseReadUrls(` ${urls.join(', ')}\n`)).toEqual(urls);
    expect(parseReadUrls(urls.join(' '))).toEqual(urls);
  });

  it.each([
    ['', 'entry 1 of 1'],
    ['sqlite:file', 'entry 1 of 1'],
    ['postgres://a:secret@one,two/d', 'entry 1 of 1'],
    ['postgres://one/d,postgres:///d', 'entry 2 of 2'],
    [Array.from({ length: 17 }, () => 'postgres://one/d').join(), 'at most 16'],
  ])('is refused for %j, without being repeated', (text, says) => {
    expect(() => parseReadUrls(text)).toThrow(says);
    expect(() => parseReadUrls(text)).not.toThrow('secret');
  });
});

async function idsNamed(directory: Directory, name: string): Promise<string[]> {
  const { rows } = await directory.users.query({
    filter: parseFilter({ name }, { server: true }),
    sort: parseSort(undefined, { server: true }),
    options: queryUsersOptionsSchema.parse({}),
    seesInvisible: true,
  });
  return rows.map(({ id }) => id);
}
