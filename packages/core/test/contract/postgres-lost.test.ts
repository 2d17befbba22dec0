import { setTimeout as delay } from 'node:timers/promises';
import { describeOnPostgres } from '@rollcall/testing';
import pg from 'pg';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import type { Transaction } from '../../src/database/unit-of-work.js';
import { openDirectory } from '../../src/directory.js';
import { writeLog } from '../../src/events/stored-log.js';
import { refusal } from '../support/test-directory.js';

/** PostgreSQL ends a transaction that was idle for 5 s. One that stands still for longer than this did not let others in. */
const STANDS_STILL_MS = 50_000;

describeOnPostgres('a write while PostgreSQL is lost', engine => {
  let database: Database;
  let client: pg.Client;

  beforeEach(async () => {
    const url = await engine.migratedUrl();
    database = await openDatabase(parseDatabaseUrl(url), {}, writeLog);
    client = new pg.Client({ connectionString: url });
    await client.connect();
  });

  afterEach(async () => {
    await client.end();
    await database.close();
  });

  const addRole = (transaction: Transaction, name: string) =>
    transaction.query(sql`INSERT INTO roles (name, created_at) VALUES (${name}, 1)`);
  const roles = async () => {
    const { rows } = await client.query('SELECT name FROM roles ORDER BY name');
    return rows.map(row => row.name);
  };
  /** Ends the connection of a transaction from outside, as a restart of the server does. */
  async function cutOff(transaction: Transaction): Promise<void> {
    const [row] = await transaction.query(sql`SELECT pg_backend_pid() AS pid`);
    await client.query('SELECT pg_terminate_backend($1, 5000)', [row?.pid]);
    // The farewell is on its way.
    await new Promise(resolve => setTimeout(resolve, 100));
  }

  it('is refused when the connection breaks between two statements, and changes nothing', async () => {
    const error = await refusal(
      database.unitOfWork.write(async transaction => {
        await addRole(transaction, 'lost');
        await cutOff(transaction);
        await addRole(transaction, 'never');
      }),
    );
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retry_after: 1 });
    expect(error.message).toContain('nothing was changed');
    expect(await roles()).toEqual([]);
  });

  it('is known to have changed nothing when the connection breaks before the commit', async () => {
    const error = await refusal(
      database.unitOfWork.write(async transaction => {
        await addRole(transaction, 'lost');
        await cutOff(transaction);
      }),
    );
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retry_after: 1 });
    expect(error.message).toContain('nothing was changed');
    expect(await roles()).toEqual([]);
  });

  it('is followed by one that succeeds, however many connections were lost', async () => {
    for (let round = 0; round < 25; round++) {
      await refusal(database.unitOfWork.write(cutOff));
    }
    await database.unitOfWork.write(transaction => addRole(transaction, 'kept'));
    expect(await roles()).toEqual(['kept']);
    expect(database.unitOfWork.writable).toBe(true);
  });

  it('is never acknowledged when a statement had failed, even if nobody looked at that', async () => {
    const writing = database.unitOfWork.write(async transaction => {
      await addRole(transaction, 'half');
      await transaction.query(sql`SELECT * FROM nowhere`).catch(() => undefined);
    });
    await expect(writing).rejects.toThrow('the commit became a ROLLBACK');
    expect(await roles()).toEqual([]);
  });

  it('holds nobody up for long when its process stands still in the middle', async () => {
    let begun = () => {};
    let goOn = () => {};
    const othersHaveWritten = new Promise<void>(resolve => {
      goOn = resolve;
    });
    const tooLong = delay(STANDS_STILL_MS, 'too long', { ref: false });
    const holding = new Promise<void>(resolve => {
      begun = resolve;
    });
    const still = refusal(
      database.unitOfWork.write(async transaction => {
        await addRole(transaction, 'mine');
        begun();
        expect(await Promise.race([othersHaveWritten, tooLong])).toBeUndefined();
        await addRole(transaction, 'late');
      }),
    );
    await holding;
    await database.unitOfWork.write(transaction => addRole(transaction, 'mine'));
    goOn();
    expect(await still).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await roles()).toEqual(['mine']);
  });
});

describeOnPostgres('a directory on a PostgreSQL that is not to be had', engine => {
  const PASSWORD = 'a-secret-word';

  it.each([
    ['nobody listens there', { port: '1', password: PASSWORD }, 'ECONNREFUSED'],
    ['the database is missing', { pathname: '/nowhere' }, 'database "nowhere" does not exist'],
    ['the password is wrong', { password: PASSWORD }, 'password authentication failed'],
  ])('says why when %s, and never the password or the URL', async (_, change, reason) => {
    const url = Object.assign(new URL(await engine.freshUrl()), change);
    const error = await refusal(openDirectory({ databaseUrl: url.href }));
    expect(error).toMatchObject({ code: 'UNAVAILABLE' });
    expect(error.message).toContain(reason);
    expect(error.message).not.toContain(PASSWORD);
    expect(error.message).not.toContain('postgres://');
  });
});
