import { expect, it } from 'vitest';
import { listOf, readUsersSearch } from './users-search.js';

it('an address with nonsense in it is the view without the nonsense', () => {
  expect(
    readUsersSearch({ q: 42, filter: [1], sort: '--', columns: 7, density: 'huge', with: 'all', x: 1 }),
  ).toEqual({ q: '42' });
  const whole = {
    q: 'ja',
    filter: { role: 'admin' },
    sort: '-age',
    columns: 'name,plan',
    density: 'compact',
    with: 'deleted',
    view: 'Mine',
  };
  expect(readUsersSearch(whole)).toEqual(whole);
});

it('a search is words of the name or the id, within the filter', () => {
  const found = { $or: [{ name: { $autocomplete: 'ja' } }, { id: { $autocomplete: 'ja' } }] };
  expect(listOf({ q: 'ja' }).filter).toEqual(found);
  expect(listOf({ q: 'ja', filter: { role: 'admin' } }).filter).toEqual({ $and: [{ role: 'admin' }, found] });
  expect(listOf({})).toEqual({ filter: {}, sort: [], deactivated: false, deleted: false });
  expect(listOf({ sort: '-custom.age', with: 'deleted' })).toMatchObject({
    sort: [{ field: 'custom.age', direction: -1 }],
    deactivated: true,
    deleted: true,
  });
});
