import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import { parseUserInput } from './parse-user-input.js';
import { USER_FIELDS } from './user-fields.js';

const fields = (raw: unknown) => parseUserInput(raw).issues?.map(issue => issue.field);

/** Input as it arrives: JSON text, where `__proto__` is a key like any other. */
const arriving = (text: string) => parseUserInput(JSON.parse(text));

describe('a user to write', () => {
  it('needs nothing but an id', () => {
    expect(parseUserInput({ id: 'jane' })).toEqual({ value: { id: 'jane', fields: {} } });
    expect(parseUserInput({ name: 'Jane' }).issues).toEqual([
      { code: 'INPUT_INVALID', field: 'id', message: 'id: is required' },
    ]);
  });

  it.each([null, undefined, 'jane', 7, [{ id: 'jane' }]])('is an object: %j is not', raw => {
    expect(parseUserInput(raw).issues).toEqual([
      { code: 'INPUT_INVALID', message: 'a user must be an object with at least an id' },
    ]);
  });

  it('keeps built-in fields apart from custom data, wherever the custom data stands', () => {
    expect(
      parseUserInput({
        id: 'jane',
        role: 'admin',
        book: 'dune',
        custom: { age: 18, address: { city: 'Rome' } },
      }),
    ).toEqual({
      value: {
        id: 'jane',
        fields: { role: 'admin' },
        custom: { age: 18, address: { city: 'Rome' }, book: 'dune' },
      },
    });
  });

  it('names custom data when it is empty, and does not when it is absent', () => {
    expect(parseUserInput({ id: 'jane', custom: {} }).value).toHaveProperty('custom', {});
    expect(parseUserInput({ id: 'jane', name: 'Jane' }).value).not.toHaveProperty('custom');
  });

  it('takes undefined for absent, in every place', () => {
    expect(parseUserInput({ id: 'jane', name: undefined, custom: undefined, book: undefined })).toEqual({
      value: { id: 'jane', fields: {} },
    });
  });

  it('ignores every read-only field, whatever it holds, so that what was read can be written back, and notes that it was inactive', () => {
    const readOnly = Object.entries(USER_FIELDS)
      .filter(([field, rule]) => rule.write === 'nobody' && field !== 'id')
      .map(([field]) => field);
    expect(readOnly).toContain('devices');
    const raw = Object.fromEntries(readOnly.map(field => [field, { anything: [1] }]));
    expect(parseUserInput({ ...raw, id: 'jane' })).toEqual({
      value: { id: 'jane', fields: {}, inactive: 'deleted_at' },
    });
  });

  it('turns times into epoch milliseconds', () => {
    const { value } = parseUserInput({
      id: 'jane',
      ban_expires: '2026-01-31T12:00:00Z',
      push_notifications: { disabled_until: '2026-01-31T12:00:00Z' },
    });
    const noon = Date.UTC(2026, 0, 31, 12);
    expect(value?.fields).toEqual({ ban_expires: noon, push_notifications: { disabled_until: noon } });
  });

  it('reports everything that is wrong, each with its place', () => {
    expect(
      fields({
        id: 'no spaces',
        name: 7,
        teams: ['a', ''],
        privacy_settings: { typing_indicators: { enabled: 'yes' } },
        custom: { inner: { $a: 1 } },
        book: '\ud800',
      }),
    ).toEqual([
      'id',
      'custom.inner',
      'name',
      'teams.1',
      'privacy_settings.typing_indicators.enabled',
      'custom.book',
    ]);
  });
});

describe('custom data of a user to write', () => {
  it('is an object', () => {
    for (const custom of [null, [], 'text', 7]) expect(fields({ id: 'jane', custom })).toEqual(['custom']);
  });

  it('refuses the same key at the top and in custom, also with the same value', () => {
    expect(parseUserInput({ id: 'jane', book: 'dune', custom: { book: 'dune' } }).issues).toEqual([
      {
        code: 'INPUT_INVALID',
        field: 'book',
        message: 'book: is given both at the top level and in custom; give it once',
      },
    ]);
  });

  it('may hold the names of built-in fields', () => {
    expect(parseUserInput({ id: 'jane', custom: { name: 'x', id: 'y' } }).value?.custom).toEqual({
      name: 'x',
      id: 'y',
    });
  });

  it('takes the names of what objects inherit for names like any other', () => {
    const { value } = arriving('{"id":"jane","toString":1,"custom":{"valueOf":2,"hasOwnProperty":3}}');
    expect(value?.custom).toEqual({ toString: 1, valueOf: 2, hasOwnProperty: 3 });
  });

  it.each([
    '{"id":"jane","__proto__":{"admin":true}}',
    '{"id":"jane","custom":{"__proto__":{"admin":true}}}',
    '{"id":"jane","custom":{"a":{"constructor":{"prototype":{"admin":true}}}}}',
    '{"id":"jane","constructor":{"prototype":{"admin":true}}}',
    '{"id":"jane","prototype":1}',
    '{"id":"jane","teams_role":{"__proto__":"admin"}}',
    '{"id":"jane","privacy_settings":{"__proto__":{"enabled":true}}}',
    '{"id":"jane","teams":["__proto__"]}',
    '{"id":"jane","role":"__proto__"}',
  ])('refuses a name that would reach a prototype: %s', text => {
    expect(arriving(text).issues).toHaveLength(1);
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });

  it('refuses NUL and half surrogate pairs in strings and in names', () => {
    expect(fields({ id: 'jane', a: 'x\u0000', custom: { b: ['\udfff'] } })).toEqual([
      'custom.b.0',
      'custom.a',
    ]);
    expect(fields({ id: 'jane', 'x\u0000': 1 })).toEqual(['custom']);
    expect(fields({ id: 'jane', custom: { '\ud800': 1 } })).toEqual(['custom']);
  });

  it('is at most 8 levels deep, custom itself included', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 'end' : { a: nested(depth - 1) });
    expect(fields({ id: 'jane', custom: nested(LIMITS.customDepth) })).toBeUndefined();
    expect(fields({ id: 'jane', custom: nested(LIMITS.customDepth + 1) })).toHaveLength(1);
    expect(fields({ id: 'jane', top: nested(LIMITS.customDepth - 1) })).toBeUndefined();
    expect(fields({ id: 'jane', top: nested(LIMITS.customDepth) })).toHaveLength(1);
  });
});

describe('the size of a user to write', () => {
  const sized = (bytes: number) => ({
    id: 'jane',
    a: 'x'.repeat(bytes - '{"id":"jane","custom":{"a":""}}'.length),
  });

  it('is at most 16 KiB as JSON', () => {
    expect(parseUserInput(sized(LIMITS.userBytes)).issues).toBeUndefined();
    expect(parseUserInput(sized(LIMITS.userBytes + 1)).issues).toEqual([
      { code: 'PAYLOAD_TOO_LARGE', message: 'a user has at most 16384 bytes as JSON; this has 16385' },
    ]);
  });

  it('counts custom data beside the built-in fields of the same names', () => {
    const teams = Array.from({ length: LIMITS.teams }, (_, index) =>
      `${index}`.padEnd(LIMITS.teamLength, '-'),
    );
    const { issues } = parseUserInput({ id: 'jane', teams, custom: { teams: [] } });
    expect(issues?.map(issue => issue.code)).toEqual(['PAYLOAD_TOO_LARGE']);
  });

  it('does not count what is ignored, however deep it is nested', () => {
    let deep: unknown = 'x'.repeat(LIMITS.userBytes);
    for (let depth = 0; depth < 100_000; depth++) deep = [deep];
    expect(parseUserInput({ id: 'jane', devices: deep })).toEqual({ value: { id: 'jane', fields: {} } });
  });
});

describe('if_revision', () => {
  it.each([0, 1, Number.MAX_SAFE_INTEGER])('may be %d', if_revision => {
    expect(parseUserInput({ id: 'jane', if_revision })).toEqual({
      value: { id: 'jane', fields: {}, if_revision },
    });
  });

  it.each([-1, 1.5, '1', null, Number.MAX_SAFE_INTEGER + 1])('may not be %j', if_revision => {
    expect(fields({ id: 'jane', if_revision })).toEqual(['if_revision']);
  });
});
