import { RollcallError } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import type { DirectoryMeter, DirectorySpan, EndedWrite } from '../../src/database/instruments.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import { openDirectory } from '../../src/directory.js';
import { writeLog } from '../../src/events/stored-log.js';
import { SERVER } from '../support/test-directory.js';
import { until } from '../support/until.js';

/** Writes down what it is told. */
class Told implements DirectoryMeter {
  readonly writes: EndedWrite[] = [];
  readonly said: string[] = [];
  wrote = (write: EndedWrite) => void this.writes.push(write);
  writesAgain = () => void this.said.push('again');
  reads: DirectoryMeter['reads'] = (lane, waitMs) => void this.said.push(`${lane} ${waitMs >= 0}`);
  readsAtReplica: DirectoryMeter['readsAtReplica'] = outcome => void this.said.push(`replica ${outcome}`);
  stoppedQuery: DirectoryMeter['stoppedQuery'] = reason => void this.said.push(`stopped: ${reason}`);
  logged: DirectoryMeter['logged'] = events => void this.said.push(`logged ${events}`);
  stepped: DirectoryMeter['stepped'] = (type, { outcome }) => void this.said.push(`${type} ${outcome}`);
  ended: DirectoryMeter['ended'] = (type, status) => void this.said.push(`${type} ${status}`);
  triedWebhook: DirectoryMeter['triedWebhook'] = outcome => void this.said.push(`webhook ${outcome}`);
  endedDeliveries: DirectoryMeter['endedDeliveries'] = (status, count) =>
    void this.said.push(`deliveries ${status} ${count}`);
}

describeOnEveryDialect('a unit of work that is watched', engine => {
  let meter: Told;
  let database: Database;
  let spans: DirectorySpan[];
  beforeEach(async () => {
    meter = new Told();
    spans = [];
    const trace = <Result>(span: DirectorySpan, run: () => Promise<Result>) => {
      spans.push(span);
      return run();
    };
    const address = parseDatabaseUrl(await engine.migratedUrl());
    database = await openDatabase(address, { instruments: { meter, trace } }, writeLog);
    meter.said.length = 0;
  });
  afterEach(() => database.close());

  const addRole = (name: string) => sql`INSERT INTO roles (name, created_at) VALUES (${name}, ${1})`;

  it('says of a write how it ended, how long it waited, and how long it and its commit took', async () => {
    const { unitOfWork } = database;
    await unitOfWork.write(transaction => transaction.query(addRole('guide')));
    const refused = unitOfWork.write(() => Promise.reject(new RollcallError('ROLE_IN_USE', 'no')));
    await expect(refused).rejects.toThrow('no');
    await expect(unitOfWork.write(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
    expect(meter.writes.map(({ outcome }) => outcome)).toEqual(['committed', 'rolled_back', 'rolled_back']);
    const [committed, ...others] = meter.writes;
    const { waitMs = -1, heldMs = -1, commitMs = -1 } = committed ?? {};
    expect([waitMs, commitMs, heldMs - commitMs].filter(ms => !(ms >= 0))).toEqual([]);
    expect(others.map(one => one.commitMs)).toEqual([undefined, undefined]);
    expect(spans).toEqual([{ span: 'write' }, { span: 'write' }, { span: 'write' }]);
  });

  it('counts a write within a write with the outer one', async () => {
    const { unitOfWork } = database;
    await unitOfWork.write(() => unitOfWork.write(inner => inner.query(addRole('inner'))));
    expect(meter.writes).toHaveLength(1);
    expect(spans).toHaveLength(1);
  });

  it('says of reads in which lane they waited, and of a query that it was ended and why', async () => {
    const { unitOfWork } = database;
    const endless = sql`WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < 1000000000)
      SELECT count(*) AS n FROM counted`;
    await unitOfWork.read(transaction => transaction.query(sql`SELECT 1 AS one`));
    const late = unitOfWork.read(one => one.query(endless), { lane: 'query', limitMs: 100 });
    await expect(late).rejects.toMatchObject({ code: 'QUERY_TOO_EXPENSIVE' });
    const caller = new AbortController();
    const left = unitOfWork.read(one => one.query(endless), {
      lane: 'query',
      limitMs: 20_000,
      signal: caller.signal,
    });
    setTimeout(() => caller.abort(), 300);
    await expect(left).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(meter.said).toEqual([
      'lookup true',
      'query true',
      'stopped: time',
      'query true',
      'stopped: caller_gone',
    ]);
  });

  it('says what waits and runs now', async () => {
    const { unitOfWork } = database;
    let go = (): void => undefined;
    const held = new Promise<void>(resolve => {
      go = resolve;
    });
    // More than any pool has connections.
    const writes = Array.from({ length: 14 }, () => unitOfWork.write(() => held));
    const reading = unitOfWork.read(() => held, { lane: 'query', limitMs: 20_000 });
    const busyReads = () => unitOfWork.state.lanes.query?.busy;
    try {
      await until('everything waits', () => busyReads() === 1 && unitOfWork.state.waitingWrites < 14);
      const { waitingWrites, pool } = unitOfWork.state;
      expect(waitingWrites).toBeGreaterThan(0);
      if (engine.name === 'postgres') expect(pool).toMatchObject({ busy: 10, waiting: 5 });
      else expect({ waitingWrites, pool }).toEqual({ waitingWrites: 13, pool: undefined });
    } finally {
      go();
    }
    await Promise.all([...writes, reading]);
    await until('all is done', () => busyReads() === 0);
    expect(unitOfWork.state.waitingWrites).toBe(0);
    if (engine.name === 'postgres') expect(unitOfWork.state.pool).toMatchObject({ busy: 0, waiting: 0 });
  });
});

describeOnEveryDialect('a directory that is watched', engine => {
  it('says what it logs, and of each task its steps and how it ended', async () => {
    const meter = new Told();
    const directory = await openDirectory({
      databaseUrl: await engine.migratedUrl(),
      instruments: { meter },
    });
    try {
      await directory.users.upsert(SERVER, [{ id: 'jane' }, { id: 'jim' }]);
      const taskId = await directory.lifeCycle.deactivateUsers(SERVER, ['jane'], false);
      for await (const _ of directory.tasks.watch(taskId, AbortSignal.timeout(20_000)));
      await until('the end is told', () => meter.said.includes('users.deactivate completed'));
      expect(meter.said).toContain('logged 2');
      expect(meter.said).toContain('users.deactivate committed');
    } finally {
      await directory.close();
    }
  });

  it('says how much work the data holds, and for how long', async () => {
    const databaseUrl = await engine.migratedUrl();
    const directory = await openDirectory({ databaseUrl, runTasks: false });
    try {
      expect(await directory.storedState()).toMatchObject({
        tasks: { pending: { count: 0, oldestMs: 0 }, running: { count: 0, oldestMs: 0 } },
        overdueTasks: 0,
        processes: { alive: 0, dead: 0 },
      });
      await directory.users.upsert(SERVER, [{ id: 'jane' }]);
      await directory.lifeCycle.deactivateUsers(SERVER, ['jane'], false);
      directory.presence.connected('jane');
      await until('she is held', () => directory.state().presence.hasLease);
      const { seq } = await directory.events.position();
      const state = await directory.storedState();
      expect(state).toMatchObject({
        logPosition: seq,
        tasks: { pending: { count: 1 } },
        processes: { alive: 1, dead: 0 },
      });
      expect(state.tasks.pending.oldestMs).toBeLessThan(60_000);
      expect(directory.state()).toMatchObject({
        writable: true,
        waitingWrites: 0,
        heldTasks: 0,
        presence: { connected: 1 },
      });
    } finally {
      await directory.close();
    }
  });
});
