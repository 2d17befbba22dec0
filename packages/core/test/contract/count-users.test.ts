import { type Filter, parseFilter } from '@rollcall/protocol';
import { countUsersOptionsSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryDialect } from '@rollcall/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Users } from '../../src/users/users.js';
import { filters, runs, SEED, userRows } from '../support/query/arbitraries.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { NOW, userRow } from '../support/users/user-row.js';

describeOnEveryDialect('a count of users', engine => {
  let fixture: QueryFixture;
  let users: Users;

  beforeEach(async () => {
    fixture = await QueryFixture.open(engine);
    users = new Users(fixture.unitOfWork);
  });
  afterEach(() => fixture.close());

  const count = (filter: Filter, options: object = {}, tenant?: readonly string[]) => {
    const { up_to: upTo, ...found } = countUsersOptionsSchema.parse(options);
    return users.count({
      filter: parseFilter(filter, { server: true }),
      options: found,
      seesInvisible: true,
      upTo,
      ...(tenant && { tenant }),
    });
  };

  it(`is of those whom a query finds, whatever the filter: seed ${SEED}`, async () => {
    const cases = fc.tuple(userRows(30), fc.array(filters, { minLength: 20, maxLength: 20 }));
    const property = fc.asyncProperty(cases, async ([rows, list]) => {
      await fixture.replaceUsers(rows);
      for (const filter of list) {
        const options = { include_deactivated_users: true };
        const found = await fixture.ids({ filter, options });
        expect(await fixture.count({ filter, options }, 1000), JSON.stringify(filter)).toEqual({
          count: found.length,
          more: false,
        });
      }
    });
    await fc.assert(property, runs(10));
  });

  it('goes no further than asked, and says whether there are more', async () => {
    await fixture.replaceUsers(Array.from({ length: 10 }, (_, index) => userRow({ id: `user-${index}` })));
    expect(await count({}, { up_to: 9 })).toEqual({ count: 9, more: true });
    expect(await count({}, { up_to: 10 })).toEqual({ count: 10, more: false });
    expect(await count({}, { up_to: 1 })).toEqual({ count: 1, more: true });
    expect(await count({ id: 'nobody' }, { up_to: 1 })).toEqual({ count: 0, more: false });
    expect(await count({})).toEqual({ count: 10, more: false });
  });

  it('leaves out whom a query leaves out', async () => {
    await fixture.replaceUsers([
      userRow({ id: 'active', teams: ['red'] }),
      userRow({ id: 'inactive', teams: ['red'], deactivated_at: NOW }),
      userRow({ id: 'deleted', teams: ['red'], deleted_at: NOW }),
      userRow({ id: 'elsewhere', teams: ['blue'] }),
    ]);
    const counted = async (...asked: Parameters<typeof count>) => (await count(...asked)).count;
    expect(await counted({})).toBe(2);
    expect(await counted({}, { include_deactivated_users: true })).toBe(3);
    expect(await counted({}, { include_deactivated_users: true, include_deleted_users: true })).toBe(4);
    expect(await counted({}, { id_gt: 'active' })).toBe(1);
    expect(await counted({}, {}, ['red'])).toBe(1);
    expect(await counted({}, {}, ['green'])).toBe(0);
  });
});
