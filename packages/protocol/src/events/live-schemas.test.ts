import { expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import { EVENT_CATALOGUE } from './event-catalogue.js';
import { watchEventsSchema } from './live-schemas.js';

const accepts = (input: unknown) => watchEventsSchema.safeParse(input).success;
const ids = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

it('may be empty: everything that the caller may receive, from now on', () => {
  expect(accepts({})).toBe(true);
});

it('takes every type of the catalogue, and no other', () => {
  expect(accepts({ types: Object.keys(EVENT_CATALOGUE) })).toBe(true);
  for (const types of [['user.exploded'], ['toString'], [], 'user.created'])
    expect(accepts({ types })).toBe(false);
});

it('names each type at most once over, and looks at no longer list', () => {
  const types = Array.from({ length: 333_000 }, () => 'x');
  const { error } = watchEventsSchema.safeParse({ types });
  expect(error?.issues.length).toBe(1);
  expect(error?.issues[0]).toMatchObject({ code: 'too_big', path: ['types'] });
});

it('follows at most 10,000 users by id', () => {
  expect(accepts({ user_ids: ids(LIMITS.watchedUsersPerConnection) })).toBe(true);
  expect(accepts({ user_ids: ids(LIMITS.watchedUsersPerConnection + 1) })).toBe(false);
  expect(accepts({ user_ids: ['no spaces'] })).toBe(false);
});

it('leaves the filter to its own parser, as long as it is an object', () => {
  expect(accepts({ filter: { teams: { $contains: 'x' } } })).toBe(true);
  for (const filter of ['teams', [], null]) expect(accepts({ filter })).toBe(false);
});

it('knows no other options, so that a misspelt one is not ignored', () => {
  expect(accepts({ last_event_id: 'a.1' })).toBe(false);
  expect(watchEventsSchema.parse({ lastEventId: 'a.1' })).toEqual({ lastEventId: 'a.1' });
});
