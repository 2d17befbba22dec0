import type { JsonObject } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { type Chip, chipsOf, filterOf } from './chips.js';

const SHOWN: [JsonObject, Chip[]][] = [
  [{}, []],
  [{ role: 'admin' }, [{ field: 'role', operator: '$eq', value: 'admin' }]],
  [
    { teams: { $contains: 'red' }, age: { $gte: 18, $lt: 65 } },
    [
      { field: 'teams', operator: '$contains', value: 'red' },
      { field: 'age', operator: '$gte', value: 18 },
      { field: 'age', operator: '$lt', value: 65 },
    ],
  ],
  [
    { teams: { $contains: 'red' }, $and: [{ teams: { $contains: 'blue' } }] },
    [
      { field: 'teams', operator: '$contains', value: 'red' },
      { field: 'teams', operator: '$contains', value: 'blue' },
    ],
  ],
  [{ plan: null }, [{ field: 'plan', operator: '$eq', value: null }]],
  [{ tags: ['a', 'b'] }, [{ field: 'tags', operator: '$eq', value: ['a', 'b'] }]],
];

it.each(SHOWN)('a filter becomes chips, and the chips become the same filter: %j', (filter, chips) => {
  expect(chipsOf(filter)).toEqual(chips);
  expect(filterOf(chips)).toEqual(filter);
});

it('a filter that is written at more length means the same chips', () => {
  expect(filterOf(chipsOf({ $and: [{ role: { $eq: 'admin' } }, { name: 'Jane' }] }) ?? [])).toEqual({
    role: 'admin',
    name: 'Jane',
  });
});

it.each([
  { $or: [{ role: 'admin' }] },
  { $nor: [{ role: 'admin' }] },
  { role: 'admin', $and: [{ $or: [{ a: 1 }] }] },
  { role: { $unknown: 1 } },
  { address: { city: 'Rome' } },
  { role: {} },
  { $and: 'x' },
] as JsonObject[])('what chips cannot show is no chips, so that nothing is lost: %j', filter => {
  expect(chipsOf(filter)).toBeUndefined();
});

it('a field with the name of something every object has is a field', () => {
  const chips: Chip[] = [{ field: 'constructor', operator: '$eq', value: 1 }];
  expect(chipsOf(filterOf(chips))).toEqual(chips);
});
