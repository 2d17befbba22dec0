import { CALLER_BUDGETS, LIMITS, RollcallError, type SortKey } from '@rollcall/protocol';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PATH_EXAMPLES } from '../support/query/path-examples.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { NOW, userRow } from '../support/users/user-row.js';

describeOnEveryDialect('queryUsers', engine => {
  let fixture: QueryFixture;
  beforeAll(async () => {
    fixture = await QueryFixture.open(engine);
  });
  afterAll(() => fixture.close());

  const byId: SortKey[] = [{ field: 'id', direction: 1 }];

  it('answers as MongoDB does on its own examples', async () => {
    for (const { custom, filter, matches, why } of PATH_EXAMPLES) {
      await fixture.replaceUsers([userRow({ id: 'jane', custom })]);
      const context = `${JSON.stringify(filter)} on ${JSON.stringify(custom)}: ${why}`;
      expect(await fixture.ids({ filter }), context).toEqual(matches ? ['jane'] : []);
      expect(await fixture.ids({ filter: { $nor: [filter] } }), context).toEqual(matches ? [] : ['jane']);
    }
  });

  it('leaves out who has gone, unless asked', async () => {
    await fixture.replaceUsers([
      userRow({ id: 'active' }),
      userRow({ id: 'deactivated', deactivated_at: NOW }),
      userRow({ id: 'deleted', deleted_at: NOW }),
      userRow({ id: 'deleted-while-deactivated', deactivated_at: NOW, deleted_at: NOW }),
    ]);
    const ids = (options: object) => fixture.ids({ sort: byId, options: { ...options } });
    expect(await ids({})).toEqual(['active']);
    expect(await ids({ include_deactivated_users: true })).toEqual(['active', 'deactivated']);
    expect(await ids({ include_deleted_users: true })).toEqual(['active', 'deleted']);
    expect(await ids({ include_deactivated_users: true, include_deleted_users: true })).toHaveLength(4);
  });

  it('takes a ban that has run out for none, at the very moment', async () => {
    const flags = { banned: true, shadow_banned: true };
    await fixture.replaceUsers([
      userRow({ id: 'for-ever', ...flags }),
      userRow({ id: 'still', ...flags, ban_expires: NOW + 1 }),
      userRow({ id: 'just-over', ...flags, ban_expires: NOW }),
      userRow({ id: 'never' }),
    ]);
    for (const field of ['banned', 'shadow_banned']) {
      expect(await fixture.ids({ filter: { [field]: true }, sort: byId })).toEqual(['for-ever', 'still']);
      expect(await fixture.ids({ filter: { [field]: { $ne: true } }, sort: byId })).toEqual([
        'just-over',
        'never',
      ]);
      expect(await fixture.ids({ sort: [{ field, direction: 1 }, ...byId] })).toEqual([
        'just-over',
        'never',
        'for-ever',
        'still',
      ]);
    }
  });

  it('does not give an invisible user away, neither by filter nor by order', async () => {
    await fixture.replaceUsers([
      userRow({ id: 'hidden', invisible: true, online: true, last_active: NOW }),
      userRow({ id: 'never' }),
      userRow({ id: 'seen', online: true, last_active: NOW - 5 }),
    ]);
    const both = async (query: Parameters<typeof fixture.ids>[0]) => [
      await fixture.ids({ sort: byId, ...query, seesInvisible: true }),
      await fixture.ids({ sort: byId, ...query, seesInvisible: false }),
    ];
    expect(await both({ filter: { online: true } })).toEqual([['hidden', 'seen'], ['seen']]);
    expect(await both({ filter: { online: false } })).toEqual([['never'], ['hidden', 'never']]);
    expect(await both({ filter: { last_active: { $exists: false } } })).toEqual([
      ['never'],
      ['hidden', 'never'],
    ]);
    expect(await both({ filter: { last_active: { $gte: NOW } } })).toEqual([['hidden'], []]);
    expect(await both({ sort: [{ field: 'last_active', direction: -1 }, ...byId] })).toEqual([
      ['hidden', 'seen', 'never'],
      ['seen', 'hidden', 'never'],
    ]);
    expect(await both({ sort: [{ field: 'online', direction: -1 }, ...byId] })).toEqual([
      ['hidden', 'seen', 'never'],
      ['seen', 'hidden', 'never'],
    ]);
  });

  it('keeps to the ranges of ids and times', async () => {
    await fixture.replaceUsers(
      ['B', 'a', 'b', 'c'].map((id, index) => userRow({ id, created_at: NOW + index })),
    );
    const ids = (options: object) => fixture.ids({ sort: byId, options: { ...options } });
    expect(await ids({ id_gt: 'a' })).toEqual(['b', 'c']);
    expect(await ids({ id_gte: 'a', id_lt: 'c' })).toEqual(['a', 'b']);
    expect(await ids({ id_lte: 'a' })).toEqual(['B', 'a']);
    expect(await ids({ created_at_after: NOW + 1 })).toEqual(['b', 'c']);
    expect(await ids({ created_at_after_or_equal: NOW + 1, created_at_before: NOW + 3 })).toEqual(['a', 'b']);
    expect(await ids({ created_at_before_or_equal: new Date(NOW).toISOString() })).toEqual(['B']);
  });

  it('finds by the beginnings of words, whatever their case and accents', async () => {
    await fixture.replaceUsers([
      userRow({ id: 'zoe_mueller', name: 'Zoë van der Müller' }),
      userRow({ id: 'percent', name: '100% of_it' }),
      userRow({ id: 'nameless' }),
      userRow({ id: 'li', name: '李 小龍' }),
    ]);
    const found = (field: string, text: string) =>
      fixture.ids({ filter: { [field]: { $autocomplete: text } }, sort: byId });
    expect(await found('name', 'zoe mul')).toEqual(['zoe_mueller']);
    expect(await found('name', 'MÜLLER z')).toEqual(['zoe_mueller']);
    expect(await found('name', 'uller')).toEqual([]);
    expect(await found('name', '100%')).toEqual(['percent']);
    expect(await found('name', '小')).toEqual(['li']);
    expect(await found('id', 'muel')).toEqual(['zoe_mueller']);
    const others = await fixture.ids({ filter: { $nor: [{ name: { $autocomplete: 'z' } }] }, sort: byId });
    expect(others).toEqual(['li', 'nameless', 'percent']);
  });

  it('says that there are more only when there are', async () => {
    await fixture.replaceUsers(Array.from({ length: 5 }, (_, index) => userRow({ id: `u${index}` })));
    expect((await fixture.page({ options: { limit: 4 } })).next).toBeTypeOf('string');
    expect(await fixture.page({ options: { limit: 5 } })).not.toHaveProperty('next');
    expect(await fixture.page({ filter: { role: 'admin' } })).toEqual({ rows: [] });
  });

  it('refuses a cursor of another query, and a text that is no cursor', async () => {
    await fixture.replaceUsers(Array.from({ length: 5 }, (_, index) => userRow({ id: `u${index}` })));
    const { next } = await fixture.page({ options: { limit: 2 } });
    for (const query of [
      { sort: byId, options: { next } },
      { filter: { role: 'user' }, options: { next } },
      { options: { next, id_gt: 'u1' } },
      { options: { next: `${next}A` } },
      { options: { next: 'nonsense' } },
    ]) {
      const refusal = await fixture.page(query).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(RollcallError);
      expect(refusal).toMatchObject({ code: 'CURSOR_INVALID', field: 'next' });
    }
  });

  it('answers the largest query that the limits admit', async () => {
    const names = 'abcdefgh'.split('');
    const deep = names.reduceRight<object | number>((inner, name) => ({ [name]: [inner] }), 5);
    await fixture.replaceUsers([userRow({ id: 'deep', custom: deep as never }), userRow({ id: 'flat' })]);
    const path = names.join('.');
    const { filterValues } = CALLER_BUDGETS.server;
    const clauses = Array.from({ length: LIMITS.filterClauses }, (_, clause) => {
      const length = filterValues / LIMITS.filterClauses - 1;
      const values = Array.from({ length }, (_, index) =>
        index % 2 ? [index, clause] : `v${index}-${clause}`,
      );
      // An array of two counts as two.
      return { [path]: { $nin: [...values.slice(0, Math.floor(length / 1.5)), 5] } };
    });
    expect(await fixture.ids({ filter: { $and: clauses } })).toEqual(['flat']);
    expect(await fixture.ids({ filter: { $or: clauses } })).toEqual(['flat']);
    const sort = ['h', 'i', 'j', 'k', 'l'].map(
      (last): SortKey => ({ field: `a.b.c.d.e.f.g.${last}`, direction: -1 }),
    );
    const { next } = await fixture.page({ sort, options: { limit: 1 } });
    expect(await fixture.ids({ sort, options: { next } })).toEqual(['flat']);
  });
});
