import { LIMITS } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { WatchSet } from './watch-set.js';

const ids = (count: number, length = 6) =>
  Array.from({ length: count }, (_, index) => `${index}`.padStart(length, 'u'));

it('knows what it asks for and what the server has taken', () => {
  const set = new WatchSet('me');
  set.add(['a', 'b']);
  expect([set.changed, [...set.wanted], [...set.taken]]).toEqual([true, ['a', 'b'], []]);
  set.take(set.wanted);
  expect(set.changed).toBe(false);
  set.remove(['a', 'nobody']);
  expect([set.changed, [...set.wanted]]).toEqual([true, ['b']]);
});

it('never asks for the connected user, whose events arrive anyway', () => {
  const set = new WatchSet('me');
  set.add(['me']);
  expect(set.changed).toBe(false);
});

it('undoes what a refused set had added, and keeps what was added since', () => {
  const set = new WatchSet('me');
  set.add(['a']);
  set.take(set.wanted);
  set.add(['refused']);
  const asked = set.wanted;
  set.add(['b']);
  set.refuse(asked);
  expect([...set.wanted]).toEqual(['a', 'b']);
});

it.each([
  ['an invalid id', ['fine', 'not an id']],
  ['more users than a connection watches', ids(LIMITS.watchedUsersPerConnection + 1)],
  ['ids that do not fit into one message', ids(5000, 255)],
])('refuses %s, and stays as it was', (_, added) => {
  const set = new WatchSet('me');
  expect(() => set.add(added)).toThrow(expect.objectContaining({ code: 'INPUT_INVALID', field: 'user_ids' }));
  expect(set.changed).toBe(false);
});

it('takes as many users as a connection watches', () => {
  const set = new WatchSet('me');
  set.add(ids(LIMITS.watchedUsersPerConnection));
  expect(set.wanted.size).toBe(LIMITS.watchedUsersPerConnection);
});
