import type { JsonObject } from '@rollcall/client/server';
import { expect, it } from 'vitest';
import { unindexedFields } from './unindexed-fields.js';

const which = { deactivated: false, deleted: false };

it('names the custom paths without an index, of filter and sort, each once', () => {
  const filter: JsonObject = {
    role: 'admin',
    plan: 'pro',
    $and: [{ $or: [{ 'custom.age': 1 }, { plan: 2 }] }],
  };
  const sort = [
    { field: 'score', direction: 1 as const },
    { field: 'name', direction: 1 as const },
  ];
  expect(unindexedFields({ filter, sort, ...which }, ['age'])).toEqual(['plan', 'score']);
  expect(unindexedFields({ filter, sort, ...which }, ['plan', 'custom.score', 'age'])).toEqual([]);
});
