import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import { addActivitySchema, queryActivitiesSchema } from './feeds-schemas.js';

describe('the inputs of activities', () => {
  it('have defaults', () => {
    const input = { verb: 'like', object: 'post:1' };
    expect(addActivitySchema.parse(input)).toEqual({ ...input, custom: {} });
    expect(queryActivitiesSchema.parse({})).toEqual({ limit: LIMITS.pageContentDefault });
  });

  it.each([
    ['verb', ['like', 'a'.repeat(LIMITS.verbLength)], ['', 'a b', 'a'.repeat(LIMITS.verbLength + 1), null]],
    [
      'object',
      ['x', 'post 1 – ü', 'x'.repeat(LIMITS.activityObjectLength)],
      ['', 'x'.repeat(LIMITS.activityObjectLength + 1), 'a\u0000', '\ud800', 5],
    ],
    ['id', ['one', undefined], ['', 'a b', 'a'.repeat(LIMITS.contentIdLength + 1), null]],
    ['custom', [{ stars: 5 }], ['text', [], null]],
    ['actor_id', [], ['ann']],
  ])('%s of a new activity has its edges where the rules say', (field, accepted, refused) => {
    const accepts = (value: unknown) =>
      addActivitySchema.safeParse({ verb: 'like', object: 'post:1', [field]: value }).success;
    for (const value of accepted) expect(accepts(value), JSON.stringify(value)).toBe(true);
    for (const value of refused) expect(accepts(value), JSON.stringify(value)).toBe(false);
  });
});
