import { RollcallError } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DatabaseAddress, parseDatabaseUrl } from '../../src/database/database-address.js';
import { type Database, openDatabase } from '../../src/database/open-database.js';
import { queryLane } from '../../src/database/read-lane.js';
import { writeLog } from '../../src/events/stored-log.js';

describeOnEveryDialect('the unit of work', engine => {
  let database: Database;
  let address: DatabaseAddress;

  beforeEach(async () => {
    address = parseDatabaseUrl(await engine.migratedUrl());
    database = await openDatabase(address, {}, writeLog);
  });

  afterEach(() => database.close());

  const addRole = (name: string) => sql`INSERT INTO roles (name, created_at) VALUES (${name}, ${1})`;
  const roleNames = () =>
    database.unitOfWork.read(async transaction => {
      const rows = await transaction.query(sql`SELECT name FROM roles ORDER BY name`);
      return rows.map(row => row.name);
    });

  it('keeps an acknowledged write when a transaction that ran beside it rolls back', async () => {
    const { unitOfWork } = database;
    const failing = unitOfWork.write(async transaction => {
      await transaction.query(addRole('lost'));
      throw new Error('rolled back');
    });
    const kept = unitOfWork.write(transaction => transaction.query(addRole('kept')));
    await expect(failing).rejects.toThrow('rolled back');
    await kept;
    expect(await roleNames()).toEqual(['kept']);
  });

  it('shows every write that was acknowledged before a read began, however long its reader has been open', async () => {
    const { unitOfWork } = database;
    const lanes = [undefined, queryLane()];
    await unitOfWork.warmUp();
    for (let round = 0; round < 5; round++) {
      await unitOfWork.write(transaction => transaction.query(addRole(`role-${round}`)));
      // As many at a time as there are readers, so that each of them reads.
      const counts = await Promise.all(
        [...lanes, ...lanes].map(lane =>
          unitOfWork.read(async transaction => {
            const [first] = await transaction.query(sql`SELECT count(*) AS count FROM roles`);
            return Number(first?.count);
          }, lane),
        ),
      );
      expect(counts).toEqual(Array(4).fill(round + 1));
    }
  });

  it('shows them after a plan was asked for, too', async () => {
    const { unitOfWork } = database;
    await unitOfWork.read(transaction => transaction.query(sql`EXPLAIN SELECT name FROM roles`));
    const before = (await roleNames()).length;
    await unitOfWork.write(transaction => transaction.query(addRole('late')));
    expect(await roleNames()).toHaveLength(before + 1);
  });

  it('gives the rows that INSERT, UPDATE and DELETE return, written in upper case', async () => {
    const { unitOfWork } = database;
    const returned = await unitOfWork.write(async transaction => [
      await transaction.query(
        sql`INSERT INTO roles (name, created_at) VALUES (${'guide'}, ${1}) RETURNING name`,
      ),
      await transaction.query(
        sql`INSERT INTO roles (name, created_at) VALUES (${'guide'}, ${2})
          ON CONFLICT (name) DO NOTHING RETURNING name`,
      ),
      await transaction.query(sql`UPDATE roles SET name = ${'pilot'} WHERE name = ${'guide'} RETURNING name`),
      await transaction.query(sql`DELETE FROM roles WHERE name = ${'pilot'} RETURNING name`),
    ]);
    expect(returned).toEqual([[{ name: 'guide' }], [], [{ name: 'pilot' }], [{ name: 'pilot' }]]);
  });

  it('takes back a part that throws, with what it logged and asked for, and goes on', async () => {
    const { unitOfWork } = database;
    const heard: string[] = [];
    const logged: string[] = [];
    unitOfWork.onLogged(({ entries }) => logged.push(...entries.map(({ type }) => type)));
    await unitOfWork.write(async transaction => {
      const add = async (name: string) => {
        await transaction.query(addRole(name));
        transaction.log({ type: name, actor_type: 'server', data: {} });
        transaction.afterCommit(() => heard.push(name));
      };
      await transaction.part(() => add('kept'));
      const failing = transaction.part(async () => {
        await transaction.part(() => add('inner'));
        await add('outer');
        // The transaction of PostgreSQL is broken until the part is taken back.
        await transaction.query(addRole('outer'));
      });
      await expect(failing).rejects.toThrow(/unique/i);
      await add('last');
    });
    expect(await roleNames()).toEqual(['kept', 'last']);
    expect([heard, logged]).toEqual([
      ['kept', 'last'],
      ['kept', 'last'],
    ]);
  });

  it('lets one transaction have a name, and tells another one that it has not got it', async () => {
    const { unitOfWork } = database;
    const mine = (name: string) => unitOfWork.write(transaction => transaction.tryLock(name));
    await unitOfWork.write(async transaction => {
      expect(await transaction.tryLock('one')).toBe(true);
      if (unitOfWork.writesAtOnce === 1) return;
      const aside = await openDatabase(address, {}, writeLog);
      const others = await Promise.all(
        ['one', 'two'].map(name => aside.unitOfWork.write(other => other.tryLock(name))),
      );
      expect(others).toEqual([false, true]);
      await aside.close();
    });
    expect(await mine('one')).toBe(true);
  });

  it('takes a refusal for a refusal, whatever its message repeats', async () => {
    const { unitOfWork } = database;
    const refusal = new RollcallError('USER_NOT_FOUND', 'there is no user "SQLITE_FULL ECONNRESET"');
    const failing = unitOfWork.write(async transaction => {
      await transaction.query(addRole('lost'));
      throw refusal;
    });
    await expect(failing).rejects.toBe(refusal);
    expect([unitOfWork.writable, await roleNames()]).toEqual([true, []]);
  });

  it('commits all of twenty transactions that begin at once', async () => {
    const { unitOfWork } = database;
    const names = Array.from({ length: 20 }, (_, index) => `role-${String(index).padStart(2, '0')}`);
    await Promise.all(names.map(name => unitOfWork.write(transaction => transaction.query(addRole(name)))));
    expect(await roleNames()).toEqual(names);
  });

  it('shows no reader what has not been committed', async () => {
    const { unitOfWork } = database;
    let seenInside: unknown[] = [];
    await unitOfWork.write(async transaction => {
      await transaction.query(addRole('new'));
      seenInside = await transaction.query(sql`SELECT name FROM roles`);
    });
    expect(seenInside).toHaveLength(1);
    await expect(
      unitOfWork.write(async transaction => {
        await transaction.query(addRole('other'));
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await roleNames()).toEqual(['new']);
  });

  it('costs other code nothing once nobody is within it: no promise keeps a note of a transaction', async () => {
    const notes = () => Object.getOwnPropertySymbols(new Promise(() => undefined)).length;
    const before = notes();
    const { unitOfWork } = database;
    await unitOfWork.write(async () => undefined);
    await Promise.all([unitOfWork.read(async () => undefined), unitOfWork.read(async () => undefined)]);
    expect(notes()).toBe(before);
  });

  it('joins a write that is called within a write', async () => {
    const { unitOfWork } = database;
    await expect(
      unitOfWork.write(async () => {
        await unitOfWork.write(inner => inner.query(addRole('inner')));
        throw new Error('outer');
      }),
    ).rejects.toThrow('outer');
    expect(await roleNames()).toEqual([]);
  });

  it('gives log entries positions without gaps, whatever rolls back', async () => {
    const { unitOfWork } = database;
    const entry = { type: 'test', at: 1, actor_type: 'server', data: {} };
    const write = (fails: boolean) =>
      unitOfWork.write(async transaction => {
        transaction.log(entry);
        transaction.log(entry);
        if (fails) throw new Error('rolled back');
      });
    await Promise.allSettled(Array.from({ length: 30 }, (_, index) => write(index % 3 === 0)));
    const positions = await unitOfWork.read(transaction =>
      transaction.query(sql`SELECT seq FROM events ORDER BY seq`),
    );
    expect(positions.map(row => Number(row.seq))).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });
});
