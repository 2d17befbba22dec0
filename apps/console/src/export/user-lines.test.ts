import type { JsonValue, User } from '@rollcall/client/server';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCells } from '../files/csv.js';
import { mapColumns, userOfCells, userOfObject } from '../import/mapping.js';
import { NDJSON, viewCsv, WHOLE_CSV } from './user-lines.js';

const TEXT = fc.string({ unit: 'binary', minLength: 1 }).filter(text => text !== '\\N');
const NAMES = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/).filter(name => name !== 'constructor');

const USER = fc
  .record(
    {
      id: fc.stringMatching(/^[a-z0-9@_.:+|-]{1,12}$/),
      name: TEXT,
      role: fc.constantFrom('user', 'admin'),
      teams: fc.uniqueArray(TEXT, { maxLength: 3 }),
      custom: fc.dictionary(NAMES, fc.jsonValue({ maxDepth: 2 })),
      banned: fc.boolean(),
      invisible: fc.boolean(),
      devices: fc.array(fc.record({ id: TEXT }), { maxLength: 2 }),
      blocked_user_ids: fc.array(fc.stringMatching(/^[a-z;|,]{1,5}$/), { maxLength: 3 }),
    },
    { requiredKeys: ['id'] },
  )
  .map(user => user as unknown as User);

/** A field that is empty is absent: both are the default. */
function withoutEmpty(user: object): object {
  const entries = Object.entries(user).filter(
    ([, value]) => typeof value !== 'object' || value === null || Object.keys(value).length > 0,
  );
  return JSON.parse(JSON.stringify(Object.fromEntries(entries)));
}

const cellsOf = (line: string) => {
  const read = readCells(line.replace(/\r\n$/, ''), ',');
  if ('problem' in read) throw new Error(read.problem);
  return read.cells;
};

describe('a file of users', () => {
  it('of CSV is imported as the same users', () => {
    const columns = mapColumns(cellsOf(WHOLE_CSV.header), {});
    fc.assert(
      fc.property(USER, user => {
        expect(withoutEmpty(userOfCells(columns, cellsOf(WHOLE_CSV.lineOf(user))))).toEqual(
          withoutEmpty(user),
        );
      }),
    );
  });

  it('of NDJSON is imported as the same users', () => {
    fc.assert(
      fc.property(USER, user => {
        const read = JSON.parse(NDJSON.lineOf(user));
        expect(userOfObject(mapColumns(Object.keys(read), {}), read)).toEqual(
          JSON.parse(JSON.stringify(user)),
        );
      }),
    );
  });

  it('has a time that everybody can read', () => {
    const user = { id: 'a', role: 'user', created_at: 0 } as User;
    expect(WHOLE_CSV.lineOf(user)).toContain(',1970-01-01T00:00:00.000Z,');
  });

  it('of a view has its columns, and nothing that a spreadsheet would run', () => {
    const lines = viewCsv(['name', 'teams', 'plan', 'address.city', 'last_active']);
    const custom: Record<string, JsonValue> = { plan: '+1', address: { city: '@home' } };
    const user = { id: 'a', name: '=HYPERLINK("x")', teams: ['red', 'blue'], custom, last_active: 1_000 };
    expect(cellsOf(lines.header)).toEqual(['id', 'name', 'teams', 'plan', 'address.city', 'last_active']);
    expect(cellsOf(lines.lineOf(user as unknown as User))).toEqual([
      'a',
      `'=HYPERLINK("x")`,
      'red; blue',
      `'+1`,
      `'@home`,
      '1970-01-01T00:00:01.000Z',
    ]);
  });

  it.each([
    ['a;=1+1', "a;'=1+1"],
    ['a; \t+1', "a; \t'+1"],
    ['a\n@SUM(A1)', "a\n'@SUM(A1)"],
    [' =1+1', "' =1+1"],
    ['＝1+1', "'＝1+1"],
    ['-3', "'-3"],
    ['a=1+1, b-c', 'a=1+1, b-c'],
  ])('of a view has no formula where a spreadsheet of another country begins a cell: %j', (plan, written) => {
    const user = { id: 'a', custom: { plan } } as unknown as User;
    expect(cellsOf(viewCsv(['plan']).lineOf(user))).toEqual(['a', written]);
  });

  it('of a view has no formula in its headings, which are names of custom data', () => {
    expect(cellsOf(viewCsv(['name', '=1+1']).header)).toEqual(['id', 'name', "'=1+1"]);
  });
});
