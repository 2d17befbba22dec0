import { setTimeout as sleep } from 'node:timers/promises';
import { describeOnPostgres, durationMs } from '@rollcall/testing';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  MIGRATION_LOCK,
  type MigrationPatience,
  migratePostgres,
} from '../../src/database/migrate-postgres.js';
import { openPostgres } from '../../src/database/postgres-sources.js';
import { productMigrations } from '../../src/database/product-migrations.js';
import { refusal } from '../support/test-directory.js';

/** Shorter than a server's, so that a test is, too. */
const PATIENCE: MigrationPatience = { lockTimeoutMs: 150, giveUpAfterMs: 1500 };

/** A migration that needs a table for itself. */
const FURTHER = productMigrations([
  {
    name: 'later',
    migrations: [
      {
        timestamp: Date.UTC(2100, 0, 1),
        name: 'Column',
        up: async run => {
          await run('CREATE TABLE later_things (id bigint)');
          await run('ALTER TABLE users ADD COLUMN later bigint');
        },
      },
    ],
  },
]);

// An embedded database belongs to one process: nobody else is there.
describeOnPostgres('a migration while others are at work', engine => {
  let url: string;
  let others: DataSource;

  beforeEach(async () => {
    url = await engine.freshUrl();
    await migratePostgres(url, []);
    others = await openPostgres(url, { poolSize: 3, statementTimeoutMs: 10_000 }, []);
  });

  afterEach(() => others.destroy());

  /** Somebody who has read `users` in a transaction that stays open, and with it the lock. */
  async function openReader(): Promise<{ end: () => Promise<void> }> {
    const reader = others.createQueryRunner();
    await reader.startTransaction();
    await reader.query('SELECT count(*) FROM users');
    return {
      end: async () => {
        await reader.commitTransaction();
        await reader.release();
      },
    };
  }

  it('gives way to those who wait behind it, and runs as soon as it can', async () => {
    const update = () => others.query('UPDATE users SET name = name');
    const updateMs = await durationMs(update);
    const reader = await openReader();
    const migrating = migratePostgres(url, FURTHER, { ...PATIENCE, giveUpAfterMs: 20_000 });
    const waits: number[] = [];
    const until = performance.now() + 2000;
    while (performance.now() < until) {
      waits.push(await durationMs(update));
      await sleep(5);
    }
    // Somebody did wait behind it, and for no longer than one attempt takes.
    expect(Math.max(...waits)).toBeGreaterThan(50);
    expect(Math.max(...waits)).toBeLessThan(PATIENCE.lockTimeoutMs + 500 + 50 * updateMs);
    await reader.end();
    expect(await migrating).toEqual([`later_Column${Date.UTC(2100, 0, 1)}`]);
  });

  it('gives up in time, says which it is and who is in the way, and leaves nothing behind', async () => {
    const reader = await openReader();
    const error = await refusal(migratePostgres(url, FURTHER, PATIENCE));
    expect(error.code).toBe('UNAVAILABLE');
    expect(error.message).toContain(
      `the migration later_Column${Date.UTC(2100, 0, 1)} did not get the locks`,
    );
    expect(error.message).toMatch(
      /in its way: pid \d+ \(application "rollcall", user postgres, .+ for \d+ s\)$/,
    );
    expect(await others.query("SELECT to_regclass('later_things') AS made")).toEqual([{ made: null }]);
    await reader.end();
    expect(await migratePostgres(url, FURTHER, PATIENCE)).toHaveLength(1);
  });

  it('waits for another process that migrates, and goes on when that one is gone', async () => {
    const other = others.createQueryRunner();
    await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    let ended = false;
    const migrating = migratePostgres(url, FURTHER, PATIENCE).finally(() => {
      ended = true;
    });
    await sleep(500);
    expect(ended).toBe(false);
    await other.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    expect(await migrating).toHaveLength(1);
    await other.release();
  });

  it('says who migrates when that takes too long, and asks nobody when there is nothing to do', async () => {
    const other = others.createQueryRunner();
    await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const error = await refusal(migratePostgres(url, FURTHER, PATIENCE));
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(error.message).toMatch(
      /another process has been migrating the database for more than 1500 ms: pid \d+ \(/,
    );
    expect(await migratePostgres(url, [], PATIENCE)).toEqual([]);
    await other.release();
  });
});
