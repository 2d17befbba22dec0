import { type Filter, isUserField, type JsonValue, parseFilter, parseSort } from '@rollcall/protocol';
import fc from 'fast-check';
import { join } from 'sql-template-tag';
import { describe, expect, it } from 'vitest';
import { filters } from '../../test/support/query/arbitraries.js';
import { HOSTILE_NAMES, INJECTIONS } from '../../test/support/query/injections.js';
import { isJsonObject } from '../json/json-values.js';
import { compileFilter } from './compile-filter.js';
import { indexablePath } from './custom-index-name.js';
import { normaliseFilter } from './normalise-filter.js';
import { planSort } from './plan-sort.js';
import { postgresJson } from './postgres/postgres-json.js';
import { arrayIndex } from './reach-path.js';
import { sqliteJson } from './sqlite/sqlite-json.js';
import { keyTableOf } from './sqlite/sqlite-key-table.js';

const viewpoint = { now: 1, seesInvisible: true };
const HOSTILE_VALUES = INJECTIONS.filter(text => !text.includes('\u0000') && text.isWellFormed());

/** A statement as if a field and its index had other names. */
const withoutName = (text: string, name: string) =>
  text.replaceAll(`"${name}"`, '"b"').replaceAll(/users_custom_[0-9a-f]{24}/g, 'users_custom_b');

describe.each([
  ['SQLite', sqliteJson],
  ['PostgreSQL', postgresJson],
])('a statement for %s', (_, json) => {
  const compile = (filter: Filter, indexed: string[] = []) =>
    compileFilter(parseFilter(filter, { server: true }), {
      json,
      viewpoint,
      indexes: new Map(indexed.map(name => [name, { lacksUsers: true }])),
    });
  const textsAbout = (field: string, value: string) =>
    [
      value,
      { $ne: value },
      { $gt: value, $lte: value },
      { $in: [value, 1, true, null] },
      { $nin: [[value]] },
      { $exists: true },
      { $contains: value },
    ].map(comparison => compile({ [field]: comparison } as Filter).sql);

  const builtInTexts = (value: string) =>
    [
      { name: value },
      { role: { $gte: value } },
      { teams: { $contains: value } },
      { teams: { $in: [value, [value]] } },
      { id: { $nin: [value, 'a'] } },
    ].map(filter => compile(filter).sql);

  it('has the same text whatever the field is called', () => {
    for (const name of HOSTILE_NAMES) {
      expect(textsAbout(name, 'x')).toEqual(textsAbout('b', 'x'));
      // A name that may be an index asks for more than others.
      expect(textsAbout(`a.${name}`, 'x')).toEqual(
        textsAbout(arrayIndex(name) === null ? 'a.b' : 'a.0', 'x'),
      );
      expect(textsAbout(`${name}.0.c`, 'x')).toEqual(textsAbout('a.0.c', 'x'));
      expect(textsAbout(`${name}.b.c`, 'x')).toEqual(textsAbout('a.b.c', 'x'));
    }
    expect(HOSTILE_NAMES.length).toBeGreaterThan(80);
  });

  it('has the same text whatever is compared with', () => {
    for (const value of HOSTILE_VALUES) {
      expect(textsAbout('a', value)).toEqual(textsAbout('a', 'x'));
      expect(textsAbout('a.b', value)).toEqual(textsAbout('a.b', 'x'));
      expect(builtInTexts(value)).toEqual(builtInTexts('x'));
    }
  });

  it('has the same text whatever a sort names', () => {
    const text = (field: string) => {
      const plan = planSort(parseSort([{ field, direction: 1 }], { server: true }), {
        json,
        viewpoint,
        last: [
          { kind: 'string', value: 'x' },
          { kind: 'string', value: 'x' },
        ],
      });
      return [plan.from, ...plan.atoms.flatMap(({ expression, last }) => [expression, last])].map(
        part => part?.sql,
      );
    };
    for (const name of HOSTILE_NAMES) {
      expect(text(name)).toEqual(text('b'));
      expect(text(`a.${name}`)).toEqual(text(arrayIndex(name) === null ? 'a.b' : 'a.0'));
    }
  });

  it('keeps the names of any filter out of its text', () => {
    // Names that occur nowhere else, so that finding one in the text is no accident.
    const strange = (path: string) =>
      path
        .split('.')
        .map(name => `zq${name}zq`)
        .join('.');
    const renamed = (filter: JsonValue): JsonValue => {
      if (Array.isArray(filter)) return filter.map(renamed);
      if (!isJsonObject(filter)) return filter;
      const entries = Object.entries(filter).map(([key, value]): [string, JsonValue] => [
        key.startsWith('$') || isUserField(key) ? key : strange(key),
        renamed(value),
      ]);
      return Object.fromEntries(entries);
    };
    const property = fc.property(filters, filter => {
      expect(compile(renamed(filter as JsonValue) as Filter).sql).not.toContain('zq');
    });
    fc.assert(property);
  });

  it('follows a path through arrays once for all tests that are joined by "or", or whose failures are by "and"', () => {
    const walks = (filter: Filter) =>
      compileFilter(normaliseFilter(parseFilter(filter, { server: true })), {
        json,
        viewpoint,
        indexes: new Map(),
      }).sql.split(' AS object_0').length - 1;
    const tests = Array.from({ length: 40 }, (_, index): Filter => {
      const operand = [{ $gt: index }, { $eq: [index] }, { $contains: index }, { $exists: true }][index % 4];
      return { 'a.b': operand } as Filter;
    });
    expect(walks({ $or: tests })).toBe(1);
    expect(walks({ $nor: tests })).toBe(1);
    expect(walks({ $and: tests.map(test => ({ $nor: [test] })) })).toBe(1);
    expect(walks({ $or: [...tests, { 'a.c': 1 }, { $nor: [{ 'a.b': 1 }] }] })).toBe(3);
  });

  it('asks once whether a field has one of several values, however that is written', () => {
    const statement = (filter: Filter) => {
      const context = { json, viewpoint, indexes: new Map() };
      const { sql, values } = compileFilter(normaliseFilter(parseFilter(filter, { server: true })), context);
      return { sql, values };
    };
    const cities = Array.from({ length: 100 }, (_, index) => `city-${index}`);
    const equalities = cities.map((city): Filter => ({ city }));
    expect(statement({ $or: equalities })).toEqual(statement({ city: { $in: cities } }));
    expect(statement({ $nor: equalities })).toEqual(statement({ city: { $nin: cities } }));
    const nested = equalities.map((part): Filter => ({ $or: [part] }));
    expect(statement({ $or: nested })).toEqual(statement({ city: { $in: cities } }));
  });

  it('reads the custom data of a user once for all that is asked about the same objects', () => {
    const text = (filter: Filter) =>
      compileFilter(normaliseFilter(parseFilter(filter, { server: true })), {
        json,
        viewpoint,
        indexes: new Map(),
      }).sql;
    const list = (count: number, part: (index: number) => Filter) =>
      Array.from({ length: count }, (_, index) => part(index));
    const readings = (filter: Filter) => text(filter).split(' AS answers_').length - 1;
    const pairs = list(40, index => ({ 'a.b': { $gt: index }, 'a.c': { $lt: index } }));
    expect(readings({ $or: pairs })).toBe(2);
    expect(readings({ $nor: pairs })).toBe(2);
    expect(readings({ $or: list(40, index => ({ [`a.p${index}`]: { $gt: 1 } })) })).toBe(1);
    expect(readings({ $or: list(90, index => ({ [`p${index}`]: 1 })) })).toBe(2);
    expect(text({ $or: pairs })).not.toContain('RECURSIVE');
    // Where a name may be an index, its path is walked; once, too.
    const byIndex = list(20, index => ({ 'a.0.b': { $gt: index }, 'a.0.c': { $lt: index } }));
    expect(text({ $or: byIndex }).split('RECURSIVE').length - 1).toBe(2);
  });

  it('asks what costs little first, and reads together only what is worth it', () => {
    const compiled = (filter: Filter) =>
      compileFilter(normaliseFilter(parseFilter(filter, { server: true })), {
        json,
        viewpoint,
        indexes: new Map(),
      });
    expect(compiled({ $or: [{ 'a.b': 1 }, { 'a.c': 1 }] }).sql).not.toContain('answers');
    const pairs = Array.from({ length: 20 }, (_, index) => ({
      'a.b': { $gt: index },
      role: `role-${index}`,
    }));
    const { sql: text, values } = compiled({ $or: pairs, language: 'en' });
    const before = values.slice(0, values.indexOf(0));
    expect(before).toContain('en');
    expect(text.indexOf('users.role')).toBeLessThan(text.indexOf('answers'));
  });

  it('has the name of an indexed field in its text, and nothing else of it', () => {
    for (const name of HOSTILE_NAMES) {
      const text = compile({ [name]: 'zq' } as Filter, [name]).sql;
      expect(text).not.toContain('zq');
      expect(withoutName(text, name)).toBe(withoutName(compile({ b: 'zq' }, ['b']).sql, 'b'));
    }
  });
});

describe('what makes the index of a custom field on SQLite', () => {
  it('has the name of the field in its text, and nothing else of it', () => {
    const textOf = (name: string) => {
      const text = join(keyTableOf(indexablePath(name)).define(), ';').sql;
      return withoutName(text.replace(/_(insert|update|delete)_[0-9a-f]{8}/g, '_$1'), name);
    };
    for (const name of HOSTILE_NAMES) expect(textOf(name)).toBe(textOf('b'));
    for (const text of INJECTIONS.filter(one => !HOSTILE_NAMES.includes(one))) {
      expect(() => indexablePath(`a${text}"`), text).toThrow('cannot be indexed');
    }
  });
});
