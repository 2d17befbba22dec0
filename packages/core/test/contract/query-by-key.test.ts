import { type Filter, parseFilter, parseSort, type SortKey } from '@rollcall/protocol';
import { queryUsersOptionsSchema } from '@rollcall/protocol/schemas';
import { describeOnEveryDialect } from '@rollcall/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Users } from '../../src/users/users.js';
import { QueryFixture } from '../support/query/query-fixture.js';
import { userRow } from '../support/users/user-row.js';

/** More queries than any engine runs at once. */
const QUERIES = 6;

describeOnEveryDialect('users asked for by their ids', engine => {
  let fixture: QueryFixture;
  let users: Users;

  beforeEach(async () => {
    fixture = await QueryFixture.open(engine);
    users = new Users(fixture.unitOfWork);
    await fixture.replaceUsers(['jane', 'john', 'jack'].map(id => userRow({ id, custom: { age: 30 } })));
    await fixture.unitOfWork.warmUp();
  });
  afterEach(() => fixture.close());

  const ask = async (filter: Filter, sort?: SortKey[]) => {
    const rights = { server: true };
    const { rows } = await users.query({
      filter: parseFilter(filter, rights),
      sort: parseSort(sort, rights),
      options: queryUsersOptionsSchema.parse({}),
      seesInvisible: true,
    });
    return rows.map(row => row.id).sort();
  };

  /** Keeps all readers of queries busy. @returns what lets them go. */
  const occupy = () => {
    let release = (): void => undefined;
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    const lane = { lane: 'query', limitMs: 20_000 } as const;
    const queries = Array.from({ length: QUERIES }, () => fixture.unitOfWork.read(() => held, lane));
    return async () => {
      release();
      await Promise.all(queries);
    };
  };

  it('are found while every reader of queries is busy', async () => {
    const letGo = occupy();
    expect(await ask({ id: 'jane' })).toEqual(['jane']);
    expect(await ask({ id: { $in: ['jane', 'john', 'nobody'] } })).toEqual(['jane', 'john']);
    expect(await ask({ $or: [{ id: 'jane' }, { id: 'jack' }] })).toEqual(['jack', 'jane']);
    expect(await ask({ id: 'jane' }, [{ field: 'id', direction: 1 }])).toEqual(['jane']);
    await letGo();
  });

  it('wait for their turn, as every search, where the ids do not decide what it costs', async () => {
    const letGo = occupy();
    let answered = 0;
    const searches: [Filter, SortKey[]?][] = [
      [{ id: { $in: ['jane', 'john'] }, age: { $gt: 20 } }],
      [{ id: { $ne: 'jack' } }],
      [{ id: { $gt: 'jad' } }],
      [{ id: { $in: ['jane', 'john'] } }, [{ field: 'age', direction: 1 }]],
      [{ id: { $in: ['jane', 'john'] } }, [{ field: 'name', direction: 1 }]],
    ];
    const answers = searches.map(async ([filter, sort]) => {
      expect(await ask(filter, sort)).toEqual(['jane', 'john']);
      answered += 1;
    });
    for (let turn = 0; turn < 10; turn++) await ask({ id: 'jane' });
    expect(answered).toBe(0);
    await letGo();
    await Promise.all(answers);
  });
});
