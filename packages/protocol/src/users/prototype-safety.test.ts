import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { watchEventsSchema } from '../events/live-schemas.js';
import { parseFilter } from '../query/parse-filter.js';
import { appSettingsUpdateSchema } from '../settings/app-settings-schema.js';
import { parsePartialUpdate } from './parse-partial-update.js';
import { parseUserInput } from './parse-user-input.js';
import { userActionSchema } from './user-action-schema.js';
import { userFieldSchemas } from './user-fields-schema.js';

/**
 * Nothing that arrives as JSON can reach a prototype, through whatever door: every input here is made of the names that
 * try to, and arrives as text, where `__proto__` is an ordinary key.
 */
const name = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'custom',
  'custom.__proto__.polluted',
  'custom.constructor.prototype.polluted',
  '__proto__.polluted',
  'teams_role.__proto__',
  'privacy_settings.__proto__',
  'a.__proto__',
  'polluted',
  'grants',
  ...Object.keys(userFieldSchemas),
);

const { json } = fc.letrec<{ json: string; object: string }>(tie => ({
  json: fc.oneof(
    { depthSize: 'small' },
    fc.json(),
    fc.constant('true'),
    fc.constant('"admin"'),
    tie('object'),
  ),
  object: fc
    .array(fc.tuple(name, tie('json')), { maxLength: 4 })
    .map(entries => `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`),
}));

const prototypes = [Object.prototype, Array.prototype, String.prototype, Function.prototype];
const namesOf = () => prototypes.map(prototype => Reflect.ownKeys(prototype));
const before = namesOf();

afterEach(() => {
  expect(namesOf()).toEqual(before);
});

/** Every object within a value still has the prototype that JSON gives it, and no key `__proto__` of its own. */
function expectPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  expect([Object.prototype, Array.prototype, null]).toContain(Object.getPrototypeOf(value));
  expect(Object.hasOwn(value, '__proto__')).toBe(false);
  for (const inner of Object.values(value)) expectPlain(inner);
}

it.each(['__proto__', 'constructor', 'prototype'])(
  'no door takes the name %s, wherever it stands',
  reserved => {
    const object = (path: string): unknown => JSON.parse(path.replaceAll('NAME', reserved));
    for (const user of [
      '{"id":"x","NAME":1}',
      '{"id":"x","custom":{"NAME":1}}',
      '{"id":"x","custom":{"a":[{"NAME":1}]}}',
      '{"id":"x","teams_role":{"NAME":"admin"}}',
    ]) {
      expect(parseUserInput(object(user)).issues, user).not.toEqual([]);
    }
    for (const update of [
      '{"id":"x","set":{"NAME":1}}',
      '{"id":"x","set":{"a.NAME":1}}',
      '{"id":"x","set":{"NAME.a":1}}',
      '{"id":"x","set":{"custom.NAME.a":1}}',
      '{"id":"x","set":{"a":{"NAME":1}}}',
      '{"id":"x","unset":["NAME"]}',
      '{"id":"x","unset":["a.NAME.b"]}',
    ]) {
      expect(parsePartialUpdate(object(update)).issues, update).not.toEqual([]);
    }
    for (const filter of ['{"NAME":1}', '{"a.NAME":1}', '{"custom.NAME.b":1}']) {
      expect(() => parseFilter(object(filter), { server: true }), filter).toThrow();
    }
  },
);

it('a change of many users and a live filter refuse the name that zod drops, and what stands beside it is not done', () => {
  for (const set of ['{"__proto__":{"x":1}}', '{"__proto__":1,"plan":"pro"}']) {
    expect(userActionSchema.safeParse(JSON.parse(`{"type":"set","set":${set}}`)).success, set).toBe(false);
  }
  for (const filter of ['{"__proto__":{"x":1}}', '{"__proto__":1,"role":"admin"}']) {
    expect(watchEventsSchema.safeParse(JSON.parse(`{"filter":${filter}}`)).success, filter).toBe(false);
  }
});

it('holds for every user to write', () => {
  fc.assert(
    fc.property(json, text => {
      const raw: unknown = JSON.parse(text);
      const { value } = parseUserInput(typeof raw === 'object' ? Object.assign(raw ?? {}, { id: 'x' }) : raw);
      expectPlain(value);
    }),
    { numRuns: 2000 },
  );
});

it('holds for every partial update', () => {
  fc.assert(
    fc.property(json, fc.array(name), (text, unset) => {
      const raw: unknown = JSON.parse(`{"id":"x","set":${text}}`);
      expectPlain(parsePartialUpdate({ ...(raw as object), unset }).value);
      expectPlain(parsePartialUpdate(raw).value);
    }),
    { numRuns: 2000 },
  );
});

it('holds for every change of the settings', () => {
  fc.assert(
    fc.property(json, text => {
      expectPlain(appSettingsUpdateSchema.safeParse(JSON.parse(`{"grants":${text}}`)).data);
    }),
    { numRuns: 1000 },
  );
});

it('accepts or refuses anything at all without throwing', () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withSparseArray: true }), value => {
      for (const parse of [parseUserInput, parsePartialUpdate]) {
        const parsed = parse(value);
        expect(parsed.issues === undefined).toBe(parsed.value !== undefined);
        if (parsed.issues) expect(parsed.issues.length).toBeGreaterThan(0);
      }
    }),
    { numRuns: 2000 },
  );
});
