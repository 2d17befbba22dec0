/** Calls that write users at the same moment share a transaction. Each keeps what it would have alone. */
import { randomInt } from 'node:crypto';
import type { UserEvent } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import sql, { raw } from 'sql-template-tag';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStorage, type Storage } from '../../src/open-storage.js';
import { toUser } from '../../src/users/model/to-user.js';
import { Users } from '../../src/users/users.js';
import { openTestDirectory, refusal, SERVER, type TestDirectory } from '../support/test-directory.js';

const CALLS = 40;
const numbers = Array.from({ length: CALLS }, (_, number) => number);

describeOnEveryDialect('calls that write users at the same moment', engine => {
  let directory: TestDirectory;

  beforeEach(async () => {
    directory = await openTestDirectory(engine);
  });

  afterEach(() => directory.close());

  const upsert = (...users: unknown[]) => directory.users.upsert(SERVER, users);
  const change = (id: string, set: object, actor = SERVER) =>
    directory.users.partialUpdate(actor, [{ id, set }], {
      fields: actor.type === 'user' ? 'user' : 'server',
      authorise: () => undefined,
    });
  const find = async (id: string) => {
    const [row] = await directory.users.find([id]);
    return row && toUser(row, Date.now());
  };

  it('share a few transactions, and each event is there once, in the order of the calls', async () => {
    await Promise.all(numbers.map(number => upsert({ id: `user-${number}` })));
    const events = await directory.newEvents();
    expect(events.map(event => (event as UserEvent).user.id)).toEqual(
      numbers.map(number => `user-${number}`),
    );
    // The clock of the test tells each transaction another moment.
    expect(new Set(events.map(event => event.created_at)).size).toBeLessThan(CALLS / 4);
  });

  it('are refused one by one: a bad one leaves no trace and changes nothing about the others', async () => {
    await upsert({ id: 'there', name: 'There' });
    await directory.newEvents();
    const bad: Record<string, unknown[]> = {
      INPUT_INVALID: [{ id: 'bad-1' }, { id: 'half', custom: { a: 'x'.repeat(6000) } }],
      ROLE_NOT_FOUND: [{ id: 'bad-2' }, { id: 'half', role: 'no-such-role' }],
      REVISION_CONFLICT: [{ id: 'bad-3' }, { id: 'there', if_revision: 7 }],
    };
    const refused = Object.entries(bad).map(async ([code, users]) => {
      expect((await refusal(upsert(...users))).code).toBe(code);
    });
    const written = numbers.slice(0, 5).map(number => upsert({ id: `good-${number}` }));
    await Promise.all([...refused, ...written]);
    expect(await directory.newEventNames()).toEqual(
      numbers.slice(0, 5).map(number => `user.created good-${number}`),
    );
    for (const id of ['bad-1', 'bad-2', 'bad-3', 'half']) expect(await find(id)).toBeUndefined();
    expect((await find('there'))?.revision).toBe(1);
  });

  it('and name one user are written one after another: no change is lost', async () => {
    await upsert({ id: 'jane' });
    await directory.newEvents();
    const answers = await Promise.all(numbers.map(number => change('jane', { [`field_${number}`]: number })));
    expect(answers.map(({ rows }) => rows[0]?.revision)).toEqual(numbers.map(number => number + 2));
    const jane = await find('jane');
    expect(jane?.custom).toEqual(Object.fromEntries(numbers.map(number => [`field_${number}`, number])));
    expect(await directory.newEvents()).toHaveLength(CALLS);
  });

  it('give one name to one of them, and to nobody else', async () => {
    await directory.settings.update(SERVER, { enforce_unique_usernames: 'app' });
    const outcomes = await Promise.allSettled(
      numbers.map(number => upsert({ id: `user-${number}`, name: 'The One' })),
    );
    const codes = outcomes.map(outcome => (outcome.status === 'rejected' ? outcome.reason.code : 'written'));
    expect(codes.sort()).toEqual([...Array(CALLS - 1).fill('USERNAME_TAKEN'), 'written']);
  });

  it('cannot swap two names, which no order of two calls could do', async () => {
    await directory.settings.update(SERVER, { enforce_unique_usernames: 'app' });
    await upsert({ id: 'ann', name: 'Ann' }, { id: 'bob', name: 'Bob' });
    const outcomes = await Promise.allSettled([
      change('ann', { name: 'Bob' }),
      change('bob', { name: 'Ann' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect([(await find('ann'))?.name, (await find('bob'))?.name]).toEqual(['Ann', 'Bob']);
  });

  it('take a name that the one before gives up', async () => {
    await directory.settings.update(SERVER, { enforce_unique_usernames: 'app' });
    await upsert({ id: 'ann', name: 'Ann' });
    await Promise.all([upsert({ id: 'ann', name: 'Other' }), upsert({ id: 'bob', name: 'Ann' })]);
    expect((await find('bob'))?.name).toBe('Ann');
  });

  it('are judged by those before them: a user whom one bans does not write with the next', async () => {
    await upsert({ id: 'mod', role: 'admin' }, { id: 'jane' });
    const outcomes = await Promise.allSettled([
      change('mod', { banned: true }),
      change('jane', { book: 'dune' }, { type: 'user', id: 'mod' }),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((await find('jane'))?.custom).toEqual({});
  });

  it('and connect start listening where nothing of their own is behind them', async () => {
    const connected = await Promise.all(
      numbers.map(number => directory.users.connect({ userId: `user-${number}` }, { id: `user-${number}` })),
    );
    for (const [number, { position }] of connected.entries()) {
      const [epoch = '', seq] = position.split('.');
      const page = await directory.events.pageAfter({ epoch, seq: Number(seq) });
      const events = 'events' in page ? page.events.map(({ userId }) => userId) : [];
      expect(events).toContain(`user-${number}`);
    }
  });

  it('end as some order of them would have ended: names stay unique, and each answer is true', async () => {
    await directory.settings.update(SERVER, { enforce_unique_usernames: 'app' });
    const users = ['a', 'b', 'c', 'd'].map(id => ({ id, name: `name ${id}` }));
    await upsert(...users);
    for (let round = 0; round < 30; round++) {
      const calls = Array.from({ length: 12 }, () => {
        const id = 'abcd'[randomInt(4)] as string;
        const name = `name ${'abcdef'[randomInt(6)]}`;
        return change(id, { name }).then(
          ({ rows }) => ({ id, name, revision: rows[0]?.revision as number }),
          () => undefined,
        );
      });
      const written = (await Promise.all(calls)).filter(one => one !== undefined);
      const now = await Promise.all(users.map(({ id }) => find(id)));
      const names = now.map(user => user?.name);
      expect(new Set(names).size).toBe(4);
      for (const user of now) {
        const last = written.filter(({ id, revision }) => id === user?.id && revision === user?.revision);
        // A user with the revision that an answer told has the name that it told, too.
        for (const { name } of last) expect(name).toBe(user?.name);
      }
    }
  });
});

describeOnEveryDialect('a fault of one call', engine => {
  let storage: Storage;
  let users: Users;

  beforeEach(async () => {
    storage = await openStorage({
      databaseUrl: await engine.migratedUrl(),
      clock: Date.now,
      onError: () => undefined,
      products: [],
    });
    users = new Users(storage.unitOfWork);
    await storage.unitOfWork.write(async transaction => {
      for (const statement of FAULTY[transaction.dialect.name])
        await transaction.query(sql`${raw(statement)}`);
    });
  });

  afterEach(async () => {
    await storage.unitOfWork.write(async transaction => {
      for (const statement of MENDED[transaction.dialect.name])
        await transaction.query(sql`${raw(statement)}`);
    });
    await storage.close();
  });

  it('that nobody knew of is not that of the others: they are written', async () => {
    const outcomes = await Promise.allSettled(
      ['one', 'faulty', 'two'].map(id => users.upsert(SERVER, [{ id }])),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await users.find(['one', 'faulty', 'two'])).map(({ id }) => id)).toEqual(['one', 'two']);
  });

  // PostgreSQL's disk cannot be filled by a statement.
  if (engine.name === 'postgres') return;

  it('that the disk has no room for is not that of the others: they are written', async () => {
    const { unitOfWork } = storage;
    const [{ page_count: pages } = {}] = await unitOfWork.read(one => one.query(sql`PRAGMA page_count`));
    await unitOfWork.write(one => one.query(raw(`PRAGMA max_page_count = ${Number(pages) + 10}`)));
    const large = Array.from({ length: 50 }, (_, index) => ({ id: `l-${index}`, text: 'x'.repeat(4000) }));
    const outcomes = await Promise.allSettled(
      [[{ id: 'small' }], large, [{ id: 'smaller' }]].map(batch => users.upsert(SERVER, batch)),
    );
    expect([outcomes[0]?.status, outcomes[2]?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect((await users.find(['small', 'smaller'])).map(({ id }) => id)).toEqual(['small', 'smaller']);
  });
});

/** A rule of the database that refuses one user, which nobody checks before. */
const FAULTY = {
  sqlite: [
    `CREATE TRIGGER faulty BEFORE INSERT ON users WHEN NEW.id = 'faulty' BEGIN SELECT RAISE(ABORT, 'a fault'); END`,
  ],
  postgres: [
    `CREATE FUNCTION faulty() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id = 'faulty' THEN RAISE EXCEPTION 'a fault'; END IF; RETURN NEW; END $$`,
    'CREATE TRIGGER faulty BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION faulty()',
  ],
} as const;

const MENDED = {
  sqlite: ['DROP TRIGGER faulty'],
  postgres: ['DROP TRIGGER faulty ON users', 'DROP FUNCTION faulty'],
} as const;
