import { describe, expect, it } from 'vitest';
import { RollcallError } from '../errors/rollcall-error.js';
import { LIMITS } from '../limits.js';
import { parseSort } from './parse-sort.js';
import { QUERY_FIELDS } from './query-fields.js';

const SERVER = { server: true };
const builtIn = (field: string, direction: 1 | -1) => ({ field: { kind: 'built-in', field }, direction });

describe('a sort', () => {
  it('is newest first when nothing is asked', () => {
    const newestFirst = [builtIn('created_at', -1), builtIn('id', -1)];
    expect(parseSort(undefined, SERVER)).toEqual(newestFirst);
    expect(parseSort(null, SERVER)).toEqual(newestFirst);
    expect(parseSort([], SERVER)).toEqual(newestFirst);
  });

  it('breaks ties by id, in the direction of the last key', () => {
    const sort = [
      { field: 'role', direction: -1 },
      { field: 'name', direction: 1 },
    ];
    expect(parseSort(sort, SERVER)).toEqual([builtIn('role', -1), builtIn('name', 1), builtIn('id', 1)]);
  });

  it('leaves the id where it is named', () => {
    const sort = [
      { field: 'id', direction: -1 },
      { field: 'name', direction: 1 },
    ];
    expect(parseSort(sort, SERVER)).toEqual([builtIn('id', -1), builtIn('name', 1)]);
  });

  it('takes every field that a filter may name', () => {
    for (const field of [...Object.keys(QUERY_FIELDS), 'age', 'custom.address.city']) {
      expect(() => parseSort([{ field, direction: 1 }], SERVER)).not.toThrow();
    }
  });

  const keys = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ field: `f${index}`, direction: 1 }));

  it.each([
    ['is no array', { field: 'name', direction: 1 }, 'sort'],
    ['has a key that is no object', ['name'], 'sort.0'],
    ['has a key of nothing', [null], 'sort.0'],
    ['has a key without a field', [{ direction: 1 }], 'sort.0'],
    ['has a key without a direction', [{ field: 'name' }], 'sort.0'],
    ['has a direction that is a word', [{ field: 'name', direction: 'asc' }], 'sort.0'],
    ['has a direction that is text', [{ field: 'name', direction: '1' }], 'sort.0'],
    ['has a direction of 0', [...keys(1), { field: 'name', direction: 0 }], 'sort.1'],
    ['names a field twice', [...keys(1), ...keys(1)], 'sort.1'],
    [
      'names a custom field twice in two ways',
      [
        { field: 'age', direction: 1 },
        { field: 'custom.age', direction: -1 },
      ],
      'sort.1',
    ],
    ['has too many keys', keys(LIMITS.sortFields + 1), 'sort'],
    ['names a field that cannot be queried', [{ field: 'image', direction: 1 }], 'image'],
    ['names no field', [{ field: "a' OR 1", direction: 1 }], "a' OR 1"],
  ])('that %s is refused, and the error says where', (_, sort, field) => {
    let refusal: unknown;
    try {
      parseSort(sort, SERVER);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(RollcallError);
    expect(refusal).toMatchObject({ code: 'INPUT_INVALID', field });
    expect((refusal as RollcallError).message.startsWith(`${field}: `)).toBe(true);
  });

  it('that names a field twice says which', () => {
    const sort = [
      { field: 'age', direction: 1 },
      { field: 'custom.age', direction: -1 },
    ];
    expect(() => parseSort(sort, SERVER)).toThrow('"custom.age" is there already');
  });

  it('by a field for servers is for servers', () => {
    const sort = [{ field: 'invisible', direction: 1 }];
    expect(() => parseSort(sort, { server: false })).toThrow(
      expect.objectContaining({ code: 'NOT_ALLOWED' }),
    );
  });
});
