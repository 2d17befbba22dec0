import type { AppSettings } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { changesInWords, type GrantChanges, grantsAfter, withGrant } from './grant-changes.js';

const settings = { grants: { user: ['query-users', 'read-users'], mute: [] } } as unknown as AppSettings;
const BAN = { role: 'moderator', grant: 'ban-user' } as const;

it('a box that is ticked and cleared again is no change', () => {
  const once = withGrant({}, BAN, { wanted: true, stored: false });
  expect(once).toEqual({ moderator: { 'ban-user': true } });
  expect(withGrant(once, BAN, { wanted: false, stored: false })).toEqual({});
});

it('changes are made to what is stored now, and name the roles that change only', () => {
  const changes: GrantChanges = { mute: { 'read-users': true }, user: { 'query-users': false } };
  expect(grantsAfter(settings, changes)).toEqual({ mute: ['read-users'], user: ['read-users'] });
});

it('a role that is not listed gets a list of its own, which begins with the grants of user', () => {
  expect(grantsAfter(settings, { moderator: { 'ban-user': true } })).toEqual({
    moderator: ['read-users', 'query-users', 'ban-user'],
  });
});

it('changes are said role by role', () => {
  expect(changesInWords({ a: { 'ban-user': true }, b: { 'read-users': false } })).toEqual([
    'a + ban-user',
    'b − read-users',
  ]);
});
