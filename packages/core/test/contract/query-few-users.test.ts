/** Queries that few users match, or none: what they look at. */
import type { Filter, JsonValue, SortKey } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import fc from 'fast-check';
import sql, { type Sql } from 'sql-template-tag';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { markAllOffline } from '../../src/presence/stored-presence.js';
import { openEarlierDatabase } from '../support/earlier-database.js';
import { runs } from '../support/query/arbitraries.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { shortestMs } from '../support/shortest-ms.js';
import { NOW, userRow } from '../support/users/user-row.js';

const USERS = 30_000;
const indexedFields = ['age'];
const BY_NAME: SortKey[] = [{ field: 'name', direction: 1 }];

/** So many were there first, and have a word that says so: more than a query would begin with for a short list. */
const EARLY = 6000;

const person = (number: number) =>
  userRow({
    id: `u-${number}`,
    name:
      number % 8000 === 1
        ? `Zoë Rare ${number}`
        : `Ann Often ${number % 3000}${number < EARLY ? ' Early' : ''}`,
    role: number % 3 === 0 ? 'third' : 'user',
    teams: number % 4 === 0 ? ['fourth'] : [],
    custom: { age: number % 5, plan: number % 7 },
    created_at: NOW + number,
    updated_at: NOW + number,
    last_active: NOW + number,
    online: number % 9000 === 5,
    invisible: number === 5,
    banned: number % 9000 === 7,
    shadow_banned: number % 9000 === 9,
    language: number % 9000 === 8 ? 'is' : 'en',
  });

/** What every user in the filters below is found by, and how it is asked in JavaScript. */
const FEW: [name: string, filter: Filter, matches: (number: number) => boolean][] = [
  ['a word of the name', { name: { $autocomplete: 'zo' } }, number => number % 8000 === 1],
  [
    'words of the name',
    { name: { $autocomplete: 'ann 299' } },
    number => /^299/.test(`${number % 3000}`) && number % 8000 !== 1,
  ],
  ['a word that nobody has', { name: { $autocomplete: 'nobody' } }, () => false],
  ['a word of the id', { id: { $autocomplete: '2399' } }, number => /^2399/.test(`${number}`)],
  [
    'one of several words',
    { $or: [{ name: { $autocomplete: 'zoe' } }, { id: { $autocomplete: '23998' } }] },
    number => number % 8000 === 1 || number === 23_998,
  ],
  [
    'a time that few were active after',
    { last_active: { $gt: NOW + USERS - 4 } },
    number => number > USERS - 4,
  ],
  ['a time that few changed after', { updated_at: { $gte: NOW + USERS - 4 } }, number => number >= USERS - 4],
  ['a time that few were created before', { created_at: { $lt: NOW + 3 } }, number => number < 3],
  ['a beginning of a range of names', { name: { $gt: 'Zoë' } }, number => number % 8000 === 1],
  ['who is online', { online: true }, number => number % 9000 === 5],
  ['who is banned', { banned: true }, number => number % 9000 === 7],
  ['who is banned without knowing it', { shadow_banned: true }, number => number % 9000 === 9],
  ['who is invisible', { invisible: true }, number => number === 5],
  ['a language', { language: 'is' }, number => number % 9000 === 8],
  [
    'an id with a word that all have, in the name or the id',
    { $or: [{ name: { $autocomplete: 'u-23998' } }, { id: { $autocomplete: 'u-23998' } }] },
    number => number === 23_998,
  ],
  [
    'a word that many have and one that few have, in the name or the id',
    { $or: [{ name: { $autocomplete: 'ann 2998' } }, { id: { $autocomplete: 'ann 2998' } }] },
    number => number % 3000 === 2998 && number % 8000 !== 1,
  ],
  [
    'several that many match by themselves',
    { role: 'third', teams: 'fourth', age: 2, plan: 3 },
    number => number % 60 === 12 && number % 7 === 3,
  ],
  [
    'several with a range',
    { teams: 'fourth', age: { $gt: 3 }, role: { $in: ['third', 'none'] } },
    number => number % 60 === 24,
  ],
];

describeOnEveryDialect('few users, or none', engine => {
  let fixture: QueryFixture;

  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
    for (let first = 0; first < USERS; first += 1000) {
      await fixture.putUsers(Array.from({ length: 1000 }, (_, index) => person(first + index)));
    }
    await fixture.index(indexedFields);
  });
  afterAll(() => fixture.close());

  const ids = (matches: (number: number) => boolean) =>
    Array.from({ length: USERS }, (_, index) => USERS - 1 - index)
      .filter(matches)
      .slice(0, 100)
      .map(number => `u-${number}`);

  it.each(FEW)('are found by %s: just those who match, in every order', async (_, filter, matches) => {
    expect(await fixture.ids({ filter, indexedFields })).toEqual(ids(matches));
    const byName = await fixture.ids({ filter, sort: BY_NAME, indexedFields });
    expect(byName).toEqual(
      await fixture.ids({ filter: { $and: [filter, { $nor: [{ id: 'x' }] }] }, sort: BY_NAME }),
    );
    expect(new Set(byName).size).toBe(byName.length);
    const { count } = await fixture.count({ filter, indexedFields }, 1000);
    expect(count).toBe(Array.from({ length: USERS }, (_, number) => number).filter(matches).length);
  });

  /** Thousands have such a word in their name, and their list is in no order. */
  const LISTED: Filter = { $or: ['10', '11', '12'].map(word => ({ name: { $autocomplete: word } })) };
  const isListed = (number: number) => /^1[0-2]/.test(`${number % 3000}`) && number % 8000 !== 1;
  it.each<[name: string, rest: Filter, matches: (number: number) => boolean]>([
    ['nothing', {}, () => true],
    ['what half of them have', { plan: { $lt: 4 } }, number => number % 7 < 4],
    ['what few of them have', { plan: 3, age: 1 }, number => number % 35 === 31],
    ['what nobody has', { plan: 9 }, () => false],
  ])(
    'come page by page, both ways, where thousands are listed and %s is asked of them',
    async (_, rest, matches) => {
      const numbers = Array.from({ length: USERS }, (_, number) => number);
      const found = numbers.filter(number => isListed(number) && matches(number));
      for (const direction of [1, -1] as const) {
        const sort: SortKey[] = [{ field: 'created_at', direction }];
        const seen: string[] = [];
        for (let next: string | undefined, isFirst = true; isFirst || next; isFirst = false) {
          const options = { limit: 100, ...(next && { next }) };
          const page = await fixture.page({ filter: { $and: [LISTED, rest] }, sort, options });
          seen.push(...page.rows.map(({ id }) => id));
          next = page.next;
        }
        const inOrder = direction === 1 ? found : found.toReversed();
        expect(seen).toEqual(inOrder.map(number => `u-${number}`));
      }
    },
  );

  it('come page by page, both ways, where thousands are listed who were created in the same moment', async () => {
    const made = Array.from({ length: 1000 }, (_, number) => `tied-${String(number).padStart(4, '0')}`);
    await fixture.putUsers(made.map(id => userRow({ id, name: 'Tied', created_at: NOW })));
    for (const direction of [1, -1] as const) {
      const seen: string[] = [];
      for (let next: string | undefined, isFirst = true; isFirst || next; isFirst = false) {
        const page = await fixture.page({
          filter: { name: { $autocomplete: 'tied' } },
          sort: [{ field: 'created_at', direction }],
          options: { limit: 70, ...(next && { next }) },
        });
        seen.push(...page.rows.map(({ id }) => id));
        next = page.next;
      }
      expect(seen).toEqual(direction === 1 ? made : made.toReversed());
    }
    await fixture.unitOfWork.write(one => one.query(sql`DELETE FROM users WHERE id LIKE 'tied-%'`));
  });

  it('are all found where only one part of an "or" has an index', async () => {
    const filter: Filter = { $or: [{ name: { $autocomplete: 'zoe' } }, { plan: 3, age: 2 }] };
    const found = ids(number => number % 8000 === 1 || (number % 7 === 3 && number % 5 === 2));
    expect(await fixture.ids({ filter, indexedFields: [] })).toEqual(found);
  });

  it('are all found where the index of a field lacks the value of some', async () => {
    const odd = userRow({
      id: 'odd',
      role: 'third',
      teams: ['fourth'],
      custom: { age: [4, 2], plan: 3 },
      created_at: NOW,
    });
    await fixture.putUsers([odd]);
    const filter = { role: 'third', teams: 'fourth', age: 2, plan: 3 };
    expect(await fixture.ids({ filter, indexedFields })).toEqual(await fixture.ids({ filter }));
    expect(await fixture.ids({ filter, indexedFields })).toContain('odd');
    await fixture.unitOfWork.write(one => one.query(sql`DELETE FROM users WHERE id = 'odd'`));
  });

  /** What many users match by the index of a custom field, and in which orders they are asked for. */
  const MANY: Filter[] = [
    { age: 2 },
    { age: { $gt: 2 } },
    { age: { $in: [1, 4] }, role: 'third' },
    { age: { $ne: 2 }, plan: { $lt: 5 } },
    { age: 2, created_at: { $lt: NOW + 9000, $gt: NOW + 50 } },
    { $or: [{ age: 1 }, { plan: 3 }] },
    {},
  ];
  const ORDERS: (SortKey[] | undefined)[] = [
    undefined,
    BY_NAME,
    [{ field: 'plan', direction: -1 }],
    [{ field: 'age', direction: 1 }],
    [
      { field: 'age', direction: -1 },
      { field: 'created_at', direction: -1 },
    ],
    [
      { field: 'age', direction: -1 },
      { field: 'name', direction: 1 },
    ],
  ];

  it('or many are those who are found without an index: in every order, page by page, and counted', async () => {
    const odd = (id: string, age: JsonValue, created_at: number) =>
      userRow({ id, name: 'Ann', role: 'third', custom: { age, plan: 3 }, created_at });
    const lacked = [
      odd('list', [4, 2], NOW + USERS),
      odd('object', { x: 1 }, NOW + 5000),
      odd('none', null, NOW),
    ];
    for (const rows of [[], lacked]) {
      if (rows.length > 0) await fixture.putUsers(rows);
      for (const filter of MANY) {
        const counted = await fixture.count({ filter, indexedFields }, 7000);
        expect(counted, JSON.stringify(filter)).toEqual(await fixture.count({ filter }, 7000));
        for (const sort of ORDERS) {
          const asked = { filter, ...(sort && { sort }) };
          const all = await fixture.ids({ ...asked, options: { limit: 90 } });
          const paged: string[] = [];
          let next: string | undefined;
          for (let page = 0; page < 3; page++) {
            const found = await fixture.page({ ...asked, indexedFields, options: { limit: 30, next } });
            paged.push(...found.rows.map(row => row.id));
            next = found.next;
          }
          expect(paged, JSON.stringify(asked)).toEqual(all);
          const later = { ...asked, indexedFields, options: { limit: 30, offset: 45 } };
          expect(await fixture.ids(later), JSON.stringify(asked)).toEqual(all.slice(45, 75));
        }
      }
    }
    await fixture.unitOfWork.write(one =>
      one.query(sql`DELETE FROM users WHERE id IN ('list', 'object', 'none')`),
    );
  }, 120_000);

  it('or many who all come last in the order are found, page by page', async () => {
    const filter: Filter = { name: { $autocomplete: 'early' } };
    const early = ids(number => number < EARLY && number % 8000 !== 1);
    expect(await fixture.ids({ filter })).toEqual(early);
    for (const field of ['created_at', 'updated_at', 'last_active', 'language']) {
      const seen = new Set<string>();
      let next: string | undefined;
      do {
        const options = { limit: 100, ...(next && { next }) };
        const page = await fixture.page({ filter, sort: [{ field, direction: -1 }], options });
        for (const row of page.rows) seen.add(row.id);
        next = page.next;
      } while (next);
      expect(seen.size, field).toBe(EARLY - 1);
    }
    const both: Filter = { name: { $autocomplete: 'ann early' } };
    expect(await fixture.count({ filter: both }, 10_000)).toEqual({ count: EARLY - 1, more: false });
  });

  if (engine.name === 'postgres') return;

  it.each(['created_at', 'updated_at', 'last_active'])(
    'or many who all come last by %s are found by their list, and not by looking at those before them',
    async field => {
      const filter: Filter = { name: { $autocomplete: 'early' } };
      const plans = await fixture.plans({ filter, sort: [{ field, direction: -1 }] });
      expect(plans.at(-1)).toMatch(/sqlite_autoindex_users_1 \(id=\?\)/);
      expect(plans.slice(-2).join()).toContain('user_words');
      expect(await fixture.plans({ filter: {}, sort: [{ field, direction: -1 }] })).toHaveLength(1);
    },
  );

  it.each(FEW)('are found by %s without looking at the others', async (_, filter) => {
    for (const sort of [undefined, BY_NAME]) {
      const plans = await fixture.plans({ filter, indexedFields, ...(sort && { sort }) });
      // An index that is walked from one end to the other is scanned; one that finds is searched.
      for (const plan of plans)
        expect(plan).not.toMatch(/SCAN users\b(?!.* INDEX users_(?:online|banned|shadow_banned|invisible))/);
      expect(plans.at(-1)).not.toContain('users_role (role=?)');
    }
  });

  it('of several lists are looked up in the indexes alone', async () => {
    const filter = { role: 'third', teams: 'fourth', age: 2 };
    const plans = await fixture.plans({ filter, indexedFields });
    const lookedUp = plans.at(-2) ?? '';
    expect(lookedUp).toContain('created_at=? AND id=?');
    expect(lookedUp).not.toMatch(/USING INDEX/);
    expect(plans.at(-1)).toContain('USING INDEX sqlite_autoindex_users_1 (id=?)');
    expect(plans.at(-1)).not.toContain('users_custom_');
  });

  it('of a list of hundreds are looked up in the indexes of the others before anybody is looked at', async () => {
    const filter = { name: { $autocomplete: '29' }, teams: 'fourth', role: 'third' };
    const plans = await fixture.plans({ filter, indexedFields });
    expect(plans.at(-2)).toContain('created_at=? AND id=?');
    expect(plans.at(-2)).not.toMatch(/USING INDEX/);
  });

  it('are not asked for first where the one index has them in the order of the page', async () => {
    for (const filter of [{ age: 2 }, { role: 'third' }, { age: 2, plan: 3 }, { created_at: { $gt: NOW } }]) {
      const plans = await fixture.plans({ filter, indexedFields });
      expect(plans.filter(plan => plan.includes('counted'))).toEqual([]);
      expect(plans.at(-1)).not.toMatch(/TEMP B-TREE/);
    }
  });

  it.each([
    ['role', 'users_role_id'],
    ['language', 'users_language'],
    ['name', 'users_name'],
    ['updated_at', 'users_updated_at'],
    ['last_active', 'users_last_active'],
  ])('or all, sorted by %s, come in the order of an index', async (field, index) => {
    for (const direction of [1, -1] as const) {
      const plans = await fixture.plans({ filter: {}, sort: [{ field, direction }] });
      for (const plan of plans) expect(plan).toContain(`INDEX ${index}`);
    }
  });

  it('were left online by a process that was killed: a start finds them without looking at the others', async () => {
    const plans: string[] = [];
    await fixture.unitOfWork.write(async transaction => {
      const query = async (statement: Sql) => {
        const lines = await transaction.query(sql`EXPLAIN QUERY PLAN ${statement}`);
        plans.push(lines.map(line => String(line.detail)).join('\n'));
        return transaction.query(statement);
      };
      await markAllOffline({ ...transaction, query });
    });
    expect(plans.at(-1)).toBe('SCAN users USING INDEX users_online');
    expect(await fixture.ids({ filter: { online: true } })).toEqual([]);
    await fixture.putUsers([5, 9005, 18_005, 27_005].map(person));
  });

  it('who are invisible are offline to those who may not see it, and were never active', async () => {
    const seen = async (filter: Filter, seesInvisible: boolean) =>
      (await fixture.ids({ filter, seesInvisible })).includes('u-5');
    for (const filter of [{ online: true }, { last_active: { $lt: NOW + 9 } }] satisfies Filter[]) {
      expect(await seen(filter, true)).toBe(true);
      expect(await seen(filter, false)).toBe(false);
    }
  });

  const held = sql`SELECT field, word, created_at, id FROM user_words ORDER BY 1, 2, 3, 4`;
  const rowsOf = (users: readonly Record<string, unknown>[]) => {
    const rows = users.flatMap(({ id, created_at, name_words, id_words }) =>
      [
        ['id', id_words],
        ['name', name_words],
      ].flatMap(([field, words]) =>
        [...new Set(String(words ?? '').split(' '))]
          .filter(Boolean)
          .map(word => ({ field, word, created_at, id })),
      ),
    );
    const key = (row: (typeof rows)[number]) =>
      Buffer.from([row.field, row.word, row.created_at, row.id].join('\0'));
    return rows.sort((one, other) => Buffer.compare(key(one), key(other)));
  };
  const compared = (fixture: QueryFixture) =>
    fixture.unitOfWork.read(async transaction => [
      await transaction.query(held),
      rowsOf(await transaction.query(sql`SELECT id, created_at, name_words, id_words FROM users`)),
    ]);

  it('change their names in the time that this takes with nobody else there', async () => {
    const alone = await QueryFixture.open(engine);
    const work = async (one: QueryFixture) => {
      await one.putUsers([userRow({ id: 'ann', name: 'Ann One' })]);
      return shortestMs(async () => {
        await one.putUsers([userRow({ id: 'ann', name: `Ann ${Math.random()}` })]);
        await one.unitOfWork.write(transaction =>
          transaction.query(sql`UPDATE users SET name_words = ' ann two' WHERE id = 'ann'`),
        );
      });
    };
    expect(await work(fixture)).toBeLessThan(4 * (await work(alone)) + 1);
    await fixture.unitOfWork.write(transaction => transaction.query(sql`DELETE FROM users WHERE id = 'ann'`));
    await alone.close();
  });

  it('have one row for each of their words, after every change, and nobody else has any', async () => {
    const fixture = await QueryFixture.open(engine);
    const steps = fc.array(
      fc.record({
        id: fc.constantFrom('ann', 'bob', 'cat-ann', 'd.d'),
        name: fc.constantFrom(
          undefined,
          '',
          '🦊',
          'Ann',
          'Ann Ann O’Connor',
          '山田太郎',
          'a"b\\c',
          'Łukasz 7',
        ),
        created_at: fc.integer({ min: 1, max: 3 }),
        isGone: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
      }),
      { minLength: 40, maxLength: 40 },
    );
    const property = fc.asyncProperty(steps, async list => {
      for (const { id, isGone, name, ...fields } of list) {
        if (!isGone)
          await fixture.putUsers([userRow({ id, ...fields, ...(name !== undefined && { name }) })]);
        else await fixture.unitOfWork.write(one => one.query(sql`DELETE FROM users WHERE id = ${id}`));
        const [kept, wanted] = await compared(fixture);
        expect(kept).toEqual(wanted);
      }
    });
    await fc.assert(property, runs(4));
    await fixture.close();
  });

  it('are found by their words after an upgrade, also where somebody has written past Rollcall', async () => {
    const url = await engine.freshUrl();
    const source = await openEarlierDatabase(url, 13);
    const rows = ['ann', 'bob', 'cat'].map(
      (id, index) =>
        `('${id}', ' ${id}', 'Name', ${[`' some name'`, 'NULL', `' "odd" \\ { '`][index]}, 'user', '[]', '{}', false, false, false, '[]', '[]', true, 1, 1, 1)`,
    );
    await source.query(`INSERT INTO users (id, id_words, name, name_words, role, teams, custom, invisible, banned,
      shadow_banned, blocked_user_ids, devices, online, created_at, updated_at, revision) VALUES ${rows.join()}`);
    await source.destroy();

    const fixture = await QueryFixture.open(engine, url);
    const [kept, wanted] = await compared(fixture);
    expect(kept?.filter(row => row.word !== '')).toEqual(wanted);
    expect(await fixture.ids({ filter: { name: { $autocomplete: 'nam' } } })).toEqual(['ann']);
    await fixture.unitOfWork.write(one => one.query(sql`DELETE FROM users`));
    expect(await fixture.unitOfWork.read(one => one.query(held))).toEqual([]);
    await fixture.close();
  });
});
