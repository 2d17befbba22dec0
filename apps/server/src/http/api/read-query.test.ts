import { describe, expect, it } from 'vitest';
import { readQuery } from './read-query.js';

const KINDS = {
  name: 'text',
  limit: 'integer',
  by: 'boolean',
  at: 'time',
  ids: 'texts',
  filter: 'json',
} as const;
const read = (text: string) => readQuery(text, KINDS);
const refused = (text: string) => {
  try {
    return read(text);
  } catch (error) {
    const { code, field, message } = error as { code: string; field: string; message: string };
    return [code, field, message];
  }
};

describe('the query of a call', () => {
  it('becomes values of the kinds that the table names', () => {
    expect(read('name=Ann+B&limit=-3&by=false&at=5&ids=a&ids=b&filter=%7B%22a%22%3A1%7D')).toEqual({
      name: 'Ann B',
      limit: -3,
      by: false,
      at: 5,
      ids: ['a', 'b'],
      filter: { a: 1 },
    });
    expect(read('at=2030-01-01T00:00:00Z')).toEqual({ at: '2030-01-01T00:00:00Z' });
    expect(read('')).toEqual({});
  });

  it('is refused with the first parameter that the call does not take', () => {
    const accepted = 'it takes name, limit, by, at, ids, filter';
    const message = `the call takes no query parameter "nam"; ${accepted}`;
    expect(refused('limit=1&nam=x&zzz=1')).toEqual(['INPUT_INVALID', 'nam', message]);
    expect(() => readQuery('x=1')).toThrow('the call takes no query parameter "x"; it takes none');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'knows nothing by the name %s',
    name => {
      expect(refused(`${name}=1`)?.[1 as never]).toBe(name);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    },
  );

  it('is refused where a parameter stands twice, unless it is a list', () => {
    expect(refused('limit=1&limit=1')).toEqual([
      'INPUT_INVALID',
      'limit',
      'limit: stands twice; it takes one value',
    ]);
  });

  it.each([
    'limit=',
    'limit=1.5',
    'limit=1e3',
    'limit=0x10',
    'limit=99999999999999999',
    'by=1',
    'by=',
    'filter={',
  ])('is refused where it says %s', text => {
    expect(refused(text)?.[0 as never]).toBe('INPUT_INVALID');
  });

  it('is refused once, however many parameters are made up, and says back only the beginning of a long name', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `p${index}=1`).join('&');
    expect(refused(many)?.[1 as never]).toBe('p0');
    expect(String(refused(`${'x'.repeat(5000)}=1`)?.[2 as never]).length).toBeLessThan(250);
  });
});
