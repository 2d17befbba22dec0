import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import { parsePartialUpdate } from './parse-partial-update.js';
import { USER_FIELDS } from './user-fields.js';

const set = (paths: Record<string, unknown>) => parsePartialUpdate({ id: 'jane', set: paths });
const unset = (...paths: string[]) => parsePartialUpdate({ id: 'jane', unset: paths });
const targets = (paths: Record<string, unknown>) => set(paths).value?.steps.map(step => step.target);
const messages = (parsed: ReturnType<typeof parsePartialUpdate>) =>
  parsed.issues?.map(issue => issue.message);

describe('a partial update', () => {
  it('is { id, set?, unset?, if_revision? } and nothing else', () => {
    expect(parsePartialUpdate({ id: 'jane' })).toEqual({ value: { id: 'jane', steps: [] } });
    expect(parsePartialUpdate({ set: {} }).issues?.map(issue => issue.field)).toEqual(['id']);
    expect(parsePartialUpdate({ id: 'jane', name: 'x' }).issues?.map(issue => issue.field)).toEqual(['name']);
    for (const raw of [null, 'jane', [], 7]) {
      expect(messages(parsePartialUpdate(raw))).toEqual([
        'a partial update must be an object { id, set?, unset?, if_revision? }',
      ]);
    }
  });

  it.each([
    [{ set: [] }, 'set: must be an object of paths and values'],
    [{ set: 'name' }, 'set: must be an object of paths and values'],
    [{ unset: 'name' }, 'unset: must be an array of paths'],
    [{ unset: [7] }, 'unset: must be an array of paths'],
  ])('refuses %j', (raw, message) => {
    expect(messages(parsePartialUpdate({ id: 'jane', ...raw }))).toEqual([message]);
  });

  it('keeps the order in which paths were given, what is set before what is unset', () => {
    const { value } = parsePartialUpdate({ id: 'jane', unset: ['z', 'a'], set: { m: 1, b: null } });
    expect(value?.steps.map(step => [step.path, 'value' in step])).toEqual([
      ['m', true],
      ['b', true],
      ['z', false],
      ['a', false],
    ]);
  });

  it('takes a value of undefined for a path that was not named', () => {
    expect(set({ name: undefined }).value?.steps).toEqual([]);
  });

  it('names at most 100 paths, set and unset together', () => {
    const paths = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${prefix}${index}`);
    const update = (count: number) => ({
      id: 'jane',
      set: Object.fromEntries(paths('s', 40).map(path => [path, 1])),
      unset: paths('u', count - 40),
    });
    expect(parsePartialUpdate(update(LIMITS.updatePaths)).value?.steps).toHaveLength(LIMITS.updatePaths);
    expect(messages(parsePartialUpdate(update(LIMITS.updatePaths + 1)))).toEqual([
      'set: a partial update can name at most 100 paths',
    ]);
  });
});

describe('a path', () => {
  it('addresses a built-in field, or custom data when its first segment names no built-in field', () => {
    expect(targets({ name: 'Jane', 'address.city': 'Rome', 'custom.name': 'x', custom2: 1 })).toEqual([
      { kind: 'field', field: 'name', within: [] },
      { kind: 'custom', path: ['address', 'city'] },
      { kind: 'custom', path: ['name'] },
      { kind: 'custom', path: ['custom2'] },
    ]);
  });

  it('addresses all of custom data by its name alone', () => {
    expect(targets({ custom: { a: 1 } })).toEqual([{ kind: 'custom', path: [] }]);
    expect(messages(set({ custom: null }))).toEqual(['custom: must be a JSON object']);
    expect(messages(set({ custom: [1] }))).toEqual(['custom: must be a JSON object']);
    expect(unset('custom').value?.steps).toEqual([{ target: { kind: 'custom', path: [] }, path: 'custom' }]);
  });

  it('addresses the role within one team by everything after the first dot, dots included', () => {
    expect(targets({ 'teams_role.north.west': 'admin' })).toEqual([
      { kind: 'field', field: 'teams_role', within: ['north.west'] },
    ]);
    expect(targets({ 'teams_role.a': 'admin', 'teams_role.a.b': 'user' })).toHaveLength(2);
  });

  it('addresses parts of the settings fields', () => {
    expect(
      targets({ 'privacy_settings.typing_indicators.enabled': true, 'push_notifications.disabled': true }),
    ).toEqual([
      { kind: 'field', field: 'privacy_settings', within: ['typing_indicators', 'enabled'] },
      { kind: 'field', field: 'push_notifications', within: ['disabled'] },
    ]);
  });

  it('finds no parts in the other built-in fields', () => {
    expect(messages(set({ 'name.first': 'Jane' }))).toEqual([
      'name.first: name has no parts; set it as a whole',
    ]);
    expect(messages(unset('teams.0'))).toEqual(['teams.0: teams has no parts; set it as a whole']);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'custom.', 'a b', 'a. b', '$set', 'a.$inc', 'a[0]', 'x\u0000'])(
    'has segments within the grammar of field names: %j has not',
    path => {
      expect(set({ [path]: 1 }).issues).toHaveLength(1);
      expect(unset(path).issues).toHaveLength(1);
    },
  );

  it.each([
    '__proto__',
    '__proto__.admin',
    'a.__proto__.admin',
    'custom.constructor.prototype.admin',
    'teams_role.__proto__',
    'privacy_settings.__proto__.enabled',
    'push_notifications.constructor',
  ])('never reaches a prototype: %s', path => {
    const parsed = parsePartialUpdate(JSON.parse(`{"id":"jane","set":{${JSON.stringify(path)}:"admin"}}`));
    expect(parsed.issues).toHaveLength(1);
    expect(unset(path).issues).toHaveLength(1);
  });

  it('may lead 8 names deep into custom data, and no deeper', () => {
    const path = (depth: number) => Array.from({ length: depth }, () => 'a').join('.');
    expect(set({ [path(LIMITS.customDepth)]: 1 }).issues).toBeUndefined();
    expect(set({ [path(LIMITS.customDepth + 1)]: 1 }).issues).toHaveLength(1);
    expect(set({ [path(LIMITS.customDepth - 1)]: { b: 1 } }).issues).toBeUndefined();
    expect(set({ [path(LIMITS.customDepth)]: { b: 1 } }).issues).toHaveLength(1);
  });
});

describe('the values of a partial update', () => {
  const readOnly = Object.entries(USER_FIELDS)
    .filter(([, rule]) => rule.write === 'nobody')
    .map(([field]) => field);

  it.each(readOnly)('cannot change the read-only field %s', field => {
    expect(messages(set({ [field]: 1 }))).toEqual([`${field}: is read-only`]);
    expect(messages(set({ [`${field}.part`]: 1 }))).toEqual([`${field}.part: is read-only`]);
    expect(messages(unset(field))).toEqual([`${field}: is read-only`]);
  });

  it('are stored in their canonical form', () => {
    expect(set({ ban_expires: '2026-01-31T12:00:00Z' }).value?.steps[0]?.value).toBe(
      Date.UTC(2026, 0, 31, 12),
    );
  });

  it('are checked by the rule of their field, and named by the place of what is wrong', () => {
    expect(
      parsePartialUpdate({
        id: 'jane',
        set: { name: 7, teams: ['a', ''], 'a.b': { c: ['\u0000'] }, 'custom.d': undefined },
      }).issues?.map(issue => issue.field),
    ).toEqual(['name', 'teams.1', 'custom.a.b.c.0']);
  });
});

describe('paths of one update that touch the same value', () => {
  it.each([
    ['equal in set and unset', { set: { a: 1 }, unset: ['a'] }, 'a: is named twice'],
    ['equal within unset', { unset: ['a', 'a'] }, 'a: is named twice'],
    [
      'equal by the prefix custom',
      { set: { a: 1, 'custom.a': 2 } },
      'custom.a: overlaps with a; name one of them',
    ],
    ['one within the other', { set: { a: { b: 1 }, 'a.b': 2 } }, 'a.b: overlaps with a; name one of them'],
    ['the longer one first', { set: { 'a.b.c': 2, a: {} } }, 'a.b.c: overlaps with a; name one of them'],
    ['all of custom data', { set: { custom: {}, a: 2 } }, 'a: overlaps with custom; name one of them'],
    [
      'a part of a built-in field',
      { set: { teams_role: {} }, unset: ['teams_role.x'] },
      'teams_role.x: overlaps with teams_role; name one of them',
    ],
  ])('are refused: %s', (_, update, message) => {
    expect(messages(parsePartialUpdate({ id: 'jane', ...update }))).toEqual([message]);
  });

  it('are not mistaken: names that merely begin alike, or lie side by side', () => {
    expect(
      set({ a: 1, ab: 2, 'b.c': 3, 'b.d': 4, name: 'x', 'custom.name': 'y', teams: [], teams_role: {} })
        .issues,
    ).toBeUndefined();
  });
});
