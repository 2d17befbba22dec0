import {
  type JsonValue,
  LIMITS,
  parseFilter,
  parseSort,
  RollcallError,
  type SortKey,
} from '@rollcall/protocol';
import { cursorSchema, queryUsersOptionsSchema } from '@rollcall/protocol/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCursor, writeCursor } from './cursor.js';
import { SORT_TEXT_LENGTH, type SortValue } from './sort-value.js';
import type { UserQuery } from './user-query.js';

const BY_AGE: SortKey[] = [{ field: 'age', direction: 1 }];

function query(
  changes: { filter?: unknown; sort?: SortKey[]; options?: object; seesInvisible?: boolean } = {},
): UserQuery {
  return {
    filter: parseFilter(changes.filter ?? { role: 'user' }, { server: true }),
    sort: parseSort(changes.sort ?? BY_AGE, { server: true }),
    options: queryUsersOptionsSchema.parse(changes.options ?? {}),
    now: 1,
    indexedFields: [],
    seesInvisible: changes.seesInvisible ?? true,
  };
}

const id: SortValue = { kind: 'string', value: 'jane' };

/** A cursor made by hand, with a checksum that is right if `sum` is taken from a cursor of ours. */
function forge(parts: JsonValue[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function parts(cursor: string): JsonValue[] {
  return JSON.parse(Buffer.from(cursor, 'base64url').toString());
}

function refusalOf(asked: UserQuery, cursor: string): unknown {
  try {
    return readCursor(asked, cursor);
  } catch (error) {
    return error;
  }
}

function isRefused(asked: UserQuery, cursor: string): boolean {
  const refusal = refusalOf(asked, cursor);
  return refusal instanceof RollcallError && refusal.code === 'CURSOR_INVALID' && refusal.field === 'next';
}

describe('a cursor', () => {
  it.each<SortValue>([
    { kind: 'empty' },
    { kind: 'null' },
    { kind: 'structured', value: '42a' },
    { kind: 'structured', value: '' },
    { kind: 'number', value: -1.5 },
    { kind: 'number', value: Number.MAX_VALUE },
    { kind: 'string', value: '' },
    { kind: 'string', value: 'ü\n"\\😀' },
    { kind: 'boolean', value: false },
  ])('gives back what the last user was sorted by: %j', value => {
    expect(readCursor(query(), writeCursor(query(), [value, id]))).toEqual([value, id]);
  });

  it('says nothing about the size of a page or what is followed afterwards', () => {
    const cursor = writeCursor(query(), [{ kind: 'null' }, id]);
    for (const options of [{ limit: 5 }, { watch: true, presence: true }, { next: cursor }]) {
      expect(readCursor(query({ options }), cursor)).toHaveLength(2);
    }
  });

  it.each([
    ['filter', { filter: { role: 'admin' } }],
    ['filter by type', { filter: { role: { $in: ['user'] } } }],
    ['sort', { sort: [{ field: 'name', direction: 1 as const }] }],
    ['direction', { sort: [{ field: 'age', direction: -1 as const }] }],
    ['range', { options: { id_gt: 'a' } }],
    ['time', { options: { created_at_before: 1_700_000_000_000 } }],
    ['choice of the deactivated', { options: { include_deactivated_users: true } }],
    ['choice of the deleted', { options: { include_deleted_users: true } }],
    ['viewer', { seesInvisible: false }],
  ])('is not good for another %s', (_, changes) => {
    const cursor = writeCursor(query(), [{ kind: 'null' }, id]);
    expect(isRefused(query(changes), cursor)).toBe(true);
    expect(String(refusalOf(query(changes), cursor))).toContain('belongs to another filter, sort or range');
  });

  it('is refused when a character has been changed, dropped or added', () => {
    const cursor = writeCursor(query(), [{ kind: 'string', value: 'some text' }, id]);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ ';
    const asked = query();
    const changed: string[] = [];
    for (let position = 0; position < cursor.length; position++) {
      const [before, character, after] = [
        cursor.slice(0, position),
        cursor[position],
        cursor.slice(position + 1),
      ];
      changed.push(before + after);
      for (const other of alphabet) {
        changed.push(before + other + character + after);
        if (other !== character) changed.push(before + other + after);
      }
    }
    expect(changed.filter(one => one !== cursor && !isRefused(asked, one))).toEqual([]);
    expect(String(refusalOf(asked, changed[0] ?? ''))).toContain('not a cursor of queryUsers');
  });

  it('is refused when it is anything else', () => {
    const asked = query();
    const others = [
      '',
      'abc',
      'null',
      '[]',
      forge([]),
      forge([1, 2, 3]),
      forge([null]),
      "' OR 1=1 --",
      '\u0000',
      '😀',
    ];
    expect(others.filter(other => !isRefused(asked, other))).toEqual([]);
    fc.assert(fc.property(fc.string(), text => isRefused(asked, text)));
    fc.assert(fc.property(fc.base64String(), text => isRefused(asked, text)));
  });

  it('is refused when its values do not fit the sort, even with a good checksum', () => {
    const times = query({ sort: [{ field: 'created_at', direction: 1 }] });
    const flags = query({ sort: [{ field: 'online', direction: 1 }] });
    const texts = query({ sort: [{ field: 'name', direction: 1 }] });
    const number = (value: number): SortValue => ({ kind: 'number', value });
    const text = (value: string): SortValue => ({ kind: 'string', value });
    for (const [which, values] of [
      [times, [text('now'), id]],
      [times, [number(1.5), id]],
      [times, [number(1e300), id]],
      [times, [{ kind: 'structured', value: '5' }, id]],
      [times, [number(1), number(2)]],
      [times, [number(1)]],
      [times, [number(1), id, id]],
      [flags, [number(1), id]],
      [texts, [{ kind: 'boolean', value: true }, id]],
      [texts, [text('nul\u0000'), id]],
      [query(), [text('nul\u0000'), id]],
      [query(), [{ kind: 'structured', value: 'nul\u0000' }, id]],
    ] as [UserQuery, SortValue[]][]) {
      expect(isRefused(which, writeCursor(which, values)), JSON.stringify(values)).toBe(true);
    }
  });

  it('shows nothing of the filter', () => {
    const secret = query({ filter: { email: 'jane@example.org' } });
    expect(JSON.stringify(parts(writeCursor(secret, [{ kind: 'null' }, id])))).not.toContain('example');
  });

  it('passes the check of the options, however long the texts it carries', () => {
    const worst = '\u0001'.repeat(SORT_TEXT_LENGTH);
    const sort = ['a', 'b', 'c', 'd', 'name'].map((field): SortKey => ({ field, direction: 1 }));
    expect(sort).toHaveLength(LIMITS.sortFields);
    const values: SortValue[] = sort.map(() => ({ kind: 'string', value: worst }));
    const longest: SortValue = { kind: 'string', value: 'i'.repeat(LIMITS.userIdLength) };
    expect(() => cursorSchema.parse(writeCursor(query({ sort }), [...values, longest]))).not.toThrow();
  });
});
