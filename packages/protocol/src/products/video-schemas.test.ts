import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import { addCallMembersSchema, createCallSchema, queryCallsSchema } from './video-schemas.js';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `user-${index}`);

describe('the inputs of calls', () => {
  it('have defaults', () => {
    expect(createCallSchema.parse({ type: 'audio' })).toEqual({ type: 'audio', members: [], custom: {} });
    expect(queryCallsSchema.parse({})).toEqual({ limit: LIMITS.pageContentDefault });
  });

  it.each([
    ['type', ['audio', 'a'.repeat(LIMITS.contentTypeLength)], ['', 'a b', 'a:b', undefined, 5]],
    ['id', ['standup', undefined], ['', 'a:b', '!x', 'a'.repeat(LIMITS.contentIdLength + 1)]],
    ['members', [[], ids(LIMITS.callMembers)], [ids(LIMITS.callMembers + 1), ['a', 'a'], ['a b'], 'ann']],
    [
      'custom',
      [{}, { a: { b: [1, null, 'x'] } }, { text: 'x'.repeat(LIMITS.customBytes - 11) }],
      [[], 'text', null, { 'a.b': 1 }, { text: 'x'.repeat(LIMITS.customBytes - 10) }, { text: '\u0000' }],
    ],
    ['user_id', ['ann', undefined], ['', 'a b', null]],
    ['surprise', [], [1]],
  ])('%s of a new call has its edges where the rules say', (field, accepted, refused) => {
    const accepts = (value: unknown) => createCallSchema.safeParse({ type: 'audio', [field]: value }).success;
    for (const value of accepted) expect(accepts(value), JSON.stringify(value)).toBe(true);
    for (const value of refused) expect(accepts(value), JSON.stringify(value)).toBe(false);
  });

  it('name at least one new member, and a call by its type and id', () => {
    const accepts = (input: object) => addCallMembersSchema.safeParse(input).success;
    expect(accepts({ cid: 'audio:one', members: ['ann'] })).toBe(true);
    expect(accepts({ cid: 'audio:one', members: [] })).toBe(false);
    expect(accepts({ cid: 'audio', members: ['ann'] })).toBe(false);
  });

  it('say where custom data is wrong', () => {
    const { error } = createCallSchema.safeParse({ type: 'audio', custom: { a: { 'b.c': 1 } } });
    expect(error?.issues[0]?.path).toEqual(['custom', 'a']);
  });
});
