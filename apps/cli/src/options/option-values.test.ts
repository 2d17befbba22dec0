import { describe, expect, it } from 'vitest';
import {
  addAssignment,
  addToList,
  parseDurationSeconds,
  parseJsonObjectOption,
  parseSortOption,
  wholeNumber,
} from './option-values.js';

describe('parseDurationSeconds', () => {
  it('parses seconds, minutes, hours and days', () => {
    expect(['90s', '15m', '1h', '30d'].map(parseDurationSeconds)).toEqual([90, 900, 3600, 2_592_000]);
  });

  it.each(['', '60', '0s', '-1h', '1.5h', '1 h', '1w', 'h', '1hh', '1constructor'])('refuses "%s"', text => {
    expect(() => parseDurationSeconds(text)).toThrow('a number and a unit');
  });
});

describe('parseSortOption', () => {
  it('parses several keys, ascending by default', () => {
    expect(parseSortOption('role, custom.address.city:asc,created_at:desc')).toEqual([
      { field: 'role', direction: 1 },
      { field: 'custom.address.city', direction: 1 },
      { field: 'created_at', direction: -1 },
    ]);
  });

  it.each(['', 'role:up', 'role:', ':desc', 'role,,name', 'role:toString'])('refuses "%s"', text => {
    expect(() => parseSortOption(text)).toThrow('field:asc or field:desc');
  });
});

describe('parseJsonObjectOption', () => {
  it('parses an object and refuses everything else', () => {
    expect(parseJsonObjectOption('{"age":{"$gt":18}}')).toEqual({ age: { $gt: 18 } });
    expect(() => parseJsonObjectOption('{age:1}')).toThrow('not JSON');
    for (const text of ['[]', 'null', '1'])
      expect(() => parseJsonObjectOption(text)).toThrow('a JSON object');
  });
});

describe('a number that a program cannot hold', () => {
  it.each([
    ['1e400', 'larger than a number can be'],
    ['12345678901234567890', 'write it as text, in quotation marks'],
  ])('is refused with its place, and not rounded: %s', (number, message) => {
    expect(() => parseJsonObjectOption(`{"a":{"$gt":${number}}}`)).toThrow(`a.$gt: the number ${number}`);
    expect(() => parseJsonObjectOption(`{"a":[1,${number}]}`)).toThrow(message);
    expect(() => addAssignment(`a=${number}`, undefined)).toThrow(message);
    expect(() => addAssignment(`a={"b":${number}}`, undefined)).toThrow(`b: the number ${number}`);
    expect(addAssignment(`a="${number}"`, undefined)).toEqual({ a: number });
  });
});

describe('addAssignment', () => {
  it('reads JSON as JSON and other text as text', () => {
    const texts = ['age=41', 'name=Jane = Doe', 'tags=["a"]', 'zip="007"', 'code=007', 'empty='];
    const all = texts.reduce<ReturnType<typeof addAssignment> | undefined>(
      (before, text) => addAssignment(text, before),
      undefined,
    );
    expect({ ...all }).toEqual({
      age: 41,
      name: 'Jane = Doe',
      tags: ['a'],
      zip: '007',
      code: '007',
      empty: '',
    });
  });

  it('refuses a text that is not an assignment, and a path that is set twice', () => {
    expect(() => addAssignment('age', undefined)).toThrow('path=value');
    expect(() => addAssignment('=1', undefined)).toThrow('path=value');
    expect(() => addAssignment('age=2', { age: 1 })).toThrow('set twice');
  });

  it('passes a reserved name on to the server unchanged', () => {
    expect(Object.keys(addAssignment('__proto__=1', undefined))).toEqual(['__proto__']);
  });
});

describe('addToList', () => {
  it('adds to the values given before', () => {
    expect(addToList('c, d,', addToList('a,b', undefined))).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('wholeNumber', () => {
  it('accepts its bounds and nothing beyond', () => {
    const read = wholeNumber(1, 10);
    expect([read('1'), read('10')]).toEqual([1, 10]);
    for (const text of ['0', '11', '1.5', '', 'x', '1e1', '-1'])
      expect(() => read(text)).toThrow('from 1 to 10');
  });
});
