import { type JsonObject, parseSort } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { NOW, userRow } from '../../test/support/users/user-row.js';
import type { UserRow } from '../users/model/user-table.js';
import { compareSortValues, type SortValue, sortValueOf } from './sort-value.js';

const SERVER = { now: NOW, seesInvisible: true };
const OTHERS = { now: NOW, seesInvisible: false };

function sortedBy(
  row: Partial<UserRow>,
  field: string,
  { direction = 1 as 1 | -1, viewpoint = SERVER } = {},
) {
  const [key] = parseSort([{ field, direction }], { server: true });
  if (!key) throw new Error('a sort has a key');
  return sortValueOf(userRow({ id: 'jane', ...row }), key, viewpoint);
}

/** In MongoDB's order. */
const ASCENDING: SortValue[] = [
  { kind: 'empty' },
  { kind: 'null' },
  { kind: 'number', value: -1e21 },
  { kind: 'number', value: -0.5 },
  { kind: 'number', value: 18 },
  { kind: 'string', value: '' },
  { kind: 'string', value: '18' },
  { kind: 'string', value: 'é' },
  { kind: 'string', value: '\uff61' },
  { kind: 'string', value: '😀' },
  { kind: 'object' },
  { kind: 'array' },
  { kind: 'boolean', value: false },
  { kind: 'boolean', value: true },
];

describe('the values of a sort', () => {
  it('have one order', () => {
    for (const [index, one] of ASCENDING.entries()) {
      for (const [other, another] of ASCENDING.entries()) {
        expect(Math.sign(compareSortValues(one, another))).toBe(Math.sign(index - other));
      }
    }
  });

  it.each<[JsonObject, 1 | -1, SortValue]>([
    [{}, 1, { kind: 'null' }],
    [{ a: null }, 1, { kind: 'null' }],
    [{ a: 5 }, 1, { kind: 'number', value: 5 }],
    [{ a: [5, 'x', 1] }, 1, { kind: 'number', value: 1 }],
    [{ a: [5, 'x', 1] }, -1, { kind: 'string', value: 'x' }],
    [{ a: [5, null] }, 1, { kind: 'null' }],
    [{ a: [] }, 1, { kind: 'empty' }],
    [{ a: [] }, -1, { kind: 'empty' }],
    [{ a: [[]] }, 1, { kind: 'array' }],
    [{ a: [[1], 5] }, -1, { kind: 'array' }],
    [{ a: {} }, 1, { kind: 'object' }],
    [{ a: false }, 1, { kind: 'boolean', value: false }],
  ])('of %j in direction %i: %j', (custom, direction, expected) => {
    expect(sortedBy({ custom }, 'a', { direction })).toEqual(expected);
  });

  it.each<[JsonObject, string, SortValue]>([
    [{ a: [{ b: 2 }, { b: 1 }] }, 'a.b', { kind: 'number', value: 1 }],
    [{ a: [{ b: 2 }, 5] }, 'a.b', { kind: 'null' }],
    [{ a: [{ b: 2 }, {}] }, 'a.b', { kind: 'null' }],
    [{ a: [] }, 'a.b', { kind: 'null' }],
    [{ a: [{ b: 2 }, { b: 1 }] }, 'a.0.b', { kind: 'number', value: 2 }],
    [{ a: [7, 3] }, 'a.0', { kind: 'number', value: 7 }],
    [{ a: [7, 3] }, 'a.9', { kind: 'null' }],
    [{ a: [[7, 3]] }, 'a.0', { kind: 'array' }],
  ])('of %j at %s: %j', (custom, field, expected) => {
    expect(sortedBy({ custom }, field)).toEqual(expected);
  });

  it('of teams are the first or the last team', () => {
    expect(sortedBy({ teams: ['red', 'blue'] }, 'teams')).toEqual({ kind: 'string', value: 'blue' });
    expect(sortedBy({ teams: ['red', 'blue'] }, 'teams', { direction: -1 })).toEqual({
      kind: 'string',
      value: 'red',
    });
    expect(sortedBy({}, 'teams')).toEqual({ kind: 'null' });
  });

  it('hide an invisible user from those who must not see through', () => {
    const row = { invisible: true, online: true, last_active: NOW };
    expect(sortedBy(row, 'online', { viewpoint: OTHERS })).toEqual({ kind: 'boolean', value: false });
    expect(sortedBy(row, 'last_active', { viewpoint: OTHERS })).toEqual({ kind: 'null' });
    expect(sortedBy(row, 'online')).toEqual({ kind: 'boolean', value: true });
    expect(sortedBy(row, 'last_active')).toEqual({ kind: 'number', value: NOW });
  });

  it('take a ban that has run out for none', () => {
    expect(sortedBy({ banned: true, ban_expires: NOW }, 'banned')).toEqual({ kind: 'boolean', value: false });
    expect(sortedBy({ banned: true, ban_expires: NOW + 1 }, 'banned')).toEqual({
      kind: 'boolean',
      value: true,
    });
  });

  it('are cut by characters, not by halves of them', () => {
    expect(sortedBy({ custom: { a: '😀'.repeat(300) } }, 'a')).toEqual({
      kind: 'string',
      value: '😀'.repeat(256),
    });
  });
});
