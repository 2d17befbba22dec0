import { describeOnPostgres } from '@rollcall/testing';
import pg from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PostgresNotifications } from '../../src/notifications/postgres-notifications.js';
import type { ProcessNotification } from '../../src/notifications/process-notifications.js';
import { until } from '../support/until.js';

describeOnPostgres('hints between processes', engine => {
  let url: string;
  let client: pg.Client;
  let ends: (() => Promise<void>)[];

  beforeEach(async () => {
    url = await engine.freshUrl();
    client = new pg.Client({ connectionString: url });
    await client.connect();
    ends = [() => client.end()];
  });

  afterEach(async () => {
    for (const end of ends.reverse()) await end();
  });

  /** A process: what it has heard so far, and what it was told of its connection. */
  async function open(): Promise<{
    hints: PostgresNotifications;
    heard: ProcessNotification[];
    errors: unknown[];
  }> {
    const heard: ProcessNotification[] = [];
    const errors: unknown[] = [];
    const hints = new PostgresNotifications({
      url,
      onReceived: hint => heard.push(hint),
      onError: error => errors.push(error),
    });
    ends.push(() => hints.close());
    await until('the process listens', () => heard.length === 1);
    expect(heard.splice(0)).toEqual([{ anything: true }]);
    return { hints, heard, errors };
  }

  const connections = async () => {
    const { rows } = await client.query(
      `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'rollcall' ORDER BY backend_start`,
    );
    return rows.map(row => Number(row.pid));
  };

  it('reach every other process, and not the one that tells', async () => {
    const [one, two, three] = [await open(), await open(), await open()];
    const hint: ProcessNotification = { log: true, presence: true, tasks: new Map([['a task', true]]) };
    one.hints.tell(hint);
    await until('both have heard', () => two.heard.length > 0 && three.heard.length > 0);
    expect(two.heard).toEqual([hint]);
    expect(three.heard).toEqual([hint]);
    // What comes later on the same connection would come after its own.
    two.hints.tell({ log: true });
    await until('the first has heard', () => one.heard.length > 0);
    expect(one.heard).toEqual([{ log: true }]);
  });

  it('are told together: a thousand in a row are a few notifications', async () => {
    const [one, two] = [await open(), await open()];
    for (let round = 0; round < 10; round++) {
      for (let number = 0; number < 100; number++) one.hints.tell({ log: true });
      await new Promise(resolve => setImmediate(resolve));
    }
    one.hints.tell({ presence: true });
    await until('the last has arrived', () => two.heard.some(hint => hint.presence));
    expect(two.heard.length).toBeLessThanOrEqual(3);
    expect(two.heard.some(hint => hint.log)).toBe(true);
  });

  it('come back after the connection was lost, and then everybody looks once', async () => {
    const [one, two] = [await open(), await open()];
    for (const pid of await connections()) await client.query('SELECT pg_terminate_backend($1)', [pid]);
    await until('both look', () => one.heard.length > 0 && two.heard.length > 0);
    expect([one.heard.splice(0), two.heard.splice(0)]).toEqual([[{ anything: true }], [{ anything: true }]]);
    expect([one.errors.length, two.errors.length]).toEqual([1, 1]);
    one.hints.tell({ log: true });
    await until('the other has heard', () => two.heard.length > 0);
    expect(two.heard).toEqual([{ log: true }]);
  });

  it('leave no connection behind, whenever they are closed', async () => {
    const { hints } = await open();
    expect(await connections()).toHaveLength(1);
    await hints.close();
    const early = new PostgresNotifications({ url, onReceived: () => undefined, onError: () => undefined });
    await early.close();
    await until('all connections are closed', async () => (await connections()).length === 0);
  });

  it('harm nobody when another program sends something on the same channel', async () => {
    const { heard, errors } = await open();
    await client.query(`NOTIFY rollcall, 'good morning'`);
    await until('it was heard', () => heard.length > 0);
    expect(heard).toEqual([{ anything: true }]);
    expect(errors).toEqual([]);
  });
});
