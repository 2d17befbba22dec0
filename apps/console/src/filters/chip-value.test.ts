import type { JsonValue } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { printValue, readValue, ValueProblem } from './chip-value.js';
import type { Operator } from './fields.js';

const VALUES: [string, Operator, JsonValue, string][] = [
  ['role', '$eq', 'admin', 'admin'],
  ['role', '$eq', '18', '18'],
  ['role', '$eq', null, 'null'],
  ['role', '$eq', 'null', '"null"'],
  ['role', '$eq', '', '""'],
  ['role', '$in', ['admin', 'a, b'], 'admin, "a, b"'],
  ['teams', '$contains', 'red', 'red'],
  ['banned', '$eq', true, 'true'],
  ['name', '$exists', false, 'no'],
  ['created_at', '$gte', Date.UTC(2026, 2, 1), '2026-03-01'],
  ['created_at', '$gte', Date.UTC(2026, 2, 1, 14, 30), '2026-03-01 14:30'],
  ['created_at', '$gte', 1_772_323_200_123, '2026-03-01T00:00:00.123Z'],
  ['age', '$eq', 18, '18'],
  ['age', '$eq', '18', '"18"'],
  ['plan', '$eq', 'pro', 'pro'],
  ['flags.beta', '$eq', true, 'true'],
  ['flags.beta', '$eq', 'true', '"true"'],
  ['plan', '$eq', '{"a":1}', '{"a":1}'],
  ['plan', '$eq', '12345678901234567890', '"12345678901234567890"'],
  ['plan', '$in', ['pro', 3, 'x,y', '4'], 'pro, 3, "x,y", "4"'],
];

it.each(VALUES)('%s %s %j is typed as %s, both ways', (field, operator, value, text) => {
  expect(printValue(field, operator, value)).toBe(text);
  expect(readValue(field, operator, text)).toEqual(value);
});

it.each(['$eq', '$in'] as const)(
  'a number with more digits than are kept is refused, not looked for as another: %s',
  operator => {
    expect(() => readValue('order', operator, '9007199254740993')).toThrow(
      'write it as text: "9007199254740993"',
    );
  },
);

it('a number that is beyond all dates is shown as it is', () => {
  expect(printValue('created_at', '$gte', 1e20)).toBe('100000000000000000000');
});

it('a day is a day in UTC, whatever the zone of the browser', () => {
  expect(readValue('created_at', '$lt', '2026-03-01')).toBe(Date.UTC(2026, 2, 1));
});

it.each([
  ['banned', '$eq', 'maybe'],
  ['created_at', '$gte', 'yesterday'],
  ['name', '$exists', 'maybe'],
] as [string, Operator, string][])('%s %s %s is refused with what is accepted', (field, operator, text) => {
  expect(() => readValue(field, operator, text)).toThrow(ValueProblem);
});
