import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellValue } from './cell-value.js';
import { pathFor, pathProblem } from './import-fields.js';
import { mapColumns, mappingProblems, userOfCells, userOfObject } from './mapping.js';

describe('where columns go', () => {
  it('is what their names say, unless somebody says otherwise', () => {
    const names = [
      'User ID',
      'Full Name',
      'Team',
      'plan',
      'custom.age',
      'online',
      'import_error',
      'Home Town',
    ];
    const columns = mapColumns(names, { plan: { to: '' }, 'Home Town': { to: 'custom.city', as: 'text' } });
    expect(columns.map(({ to }) => to)).toEqual([
      'id',
      'name',
      'teams',
      '',
      'custom.age',
      '',
      '',
      'custom.city',
    ]);
    expect(mappingProblems(columns)).toEqual([]);
  });

  it('never takes a field from the column that has its very name', () => {
    expect(mapColumns(['Name', 'name', 'id'], {}).map(({ to }) => to)).toEqual(['custom.Name', 'name', 'id']);
  });

  it.each([
    [['name'], 'No column gives the id, which every user needs.'],
    [['id', 'a', 'custom.a'], 'Two columns go to custom.a.'],
    [
      ['id', 'a', 'a'],
      'Two columns are called a. Give one of them another name in the file. What is said here is said of both.',
    ],
    [['id', 'a', 'a.b'], 'custom.a.b is within custom.a, which another column gives.'],
  ])('of %j has a problem that is named', (names, problem) => {
    expect(mappingProblems(mapColumns(names, {}))).toContain(problem);
  });

  it('of names that every object has is into custom data, where they can be', () => {
    const names = ['id', 'constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf'];
    expect(mapColumns(names, {}).map(({ to }) => to)).toEqual([
      'id',
      'custom.column',
      'custom.toString',
      'custom.column',
      'custom.hasOwnProperty',
      'custom.valueOf',
    ]);
  });

  it('leave out those without a name, as spreadsheets write them behind the last one', () => {
    const columns = mapColumns(['id', 'name', '', ''], {});
    expect(columns.map(({ to }) => to)).toEqual(['id', 'name', '', '']);
    expect(mappingProblems(columns)).toEqual([]);
    expect(userOfCells(columns, ['a', 'A', '', ''])).toEqual({ id: 'a', name: 'A' });
  });

  it('has a possible path for a column that is called anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), name => {
        expect(pathProblem(pathFor(name))).toBeUndefined();
      }),
    );
  });
});

describe('a user of cells', () => {
  it('has each value as its column holds it, and nothing for an empty cell', () => {
    const names = ['id', 'teams', 'banned', 'age', 'code', 'address.city', 'note', 'language'];
    const columns = mapColumns(names, { code: { to: 'custom.code', as: 'text' } });
    expect(userOfCells(columns, ['jane', 'red; blue', 'TRUE', '41', '41', 'Rome', '007', ''])).toEqual({
      id: 'jane',
      teams: ['red', 'blue'],
      banned: true,
      custom: { age: 41, code: '41', address: { city: 'Rome' }, note: '007' },
    });
  });

  it('that cannot be says which column, and what it takes', () => {
    const columns = mapColumns(['id', 'banned'], {});
    expect(() => userOfCells(columns, ['a', 'perhaps'])).toThrow(
      'banned: must be true or false, not "perhaps"',
    );
    expect(() => userOfCells(columns, ['a'])).toThrow('The first line has 2 columns, and this record has 1.');
  });

  it('becomes a number only where nothing is lost by it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.bigInt().map(String)), cell => {
        const value = cellValue('auto', cell);
        if (typeof value === 'number') expect(String(value)).toBe(cell);
      }),
    );
  });
});

describe('a user of an object', () => {
  it('has its names where they go, also those that no object had before', () => {
    const columns = mapColumns(['id', 'nick', 'gone'], { nick: { to: 'name' }, gone: { to: '' } });
    const object = { id: 'a', nick: 'A', gone: 1, later: 2, custom: { x: 1 }, image: null, revision: 7 };
    expect(userOfObject(columns, object)).toEqual({ id: 'a', name: 'A', later: 2, custom: { x: 1 } });
  });

  it('joins what goes into the same object, and loses nothing in silence', () => {
    const columns = mapColumns(['id', 'plan', 'custom'], {});
    expect(userOfObject(columns, { id: 'a', plan: 'pro', custom: { x: 1 } })).toEqual({
      id: 'a',
      custom: { plan: 'pro', x: 1 },
    });
    expect(() => userOfObject(columns, { id: 'a', plan: 'pro', custom: { plan: 'free' } })).toThrow(
      'custom is given twice.',
    );
    expect(() => userOfObject(columns, JSON.parse('{"id":"a","__proto__":{"x":1}}'))).toThrow('__proto__');
  });
});
