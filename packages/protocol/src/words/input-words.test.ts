import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { placeOf } from './input-words.js';

const schema = z.strictObject({
  name: z.string().max(5).optional(),
  limit: z.number().int().min(1).max(100).optional(),
  kind: z.enum(['red', 'blue']).optional(),
  own: z.boolean().optional(),
  ids: z.array(z.string()).min(1).max(2).optional(),
  more: z.strictObject({ enabled: z.boolean() }).optional(),
  roles: z.record(z.string(), z.string()).optional(),
});

const said = (input: unknown) =>
  schema
    .safeParse(input)
    .error?.issues.map(issue => [placeOf(issue).join('.'), issue.message].filter(text => text).join(': '));

describe('the check of an input', () => {
  it.each([
    [{ name: 7 }, 'name: must be a text, not 7'],
    [{ name: null }, 'name: must be a text, not null'],
    [{ name: 'abcdef' }, 'name: has at most 5 characters; this has 6'],
    [{ limit: '7' }, 'limit: must be a number, not "7"'],
    [{ limit: 1.5 }, 'limit: must be a whole number, not 1.5'],
    [{ limit: 0 }, 'limit: must be at least 1, not 0'],
    [{ limit: 500 }, 'limit: must be at most 100, not 500'],
    [{ limit: Number.NaN }, 'limit: must be a number, not NaN'],
    [{ kind: 'green' }, 'kind: must be one of "red", "blue", not "green"'],
    [{ own: 'yes' }, 'own: must be true or false, not "yes"'],
    [{ ids: [] }, 'ids: has at least 1 items; this has 0'],
    [{ ids: ['a', 'b', 'c'] }, 'ids: has at most 2 items; this has 3'],
    [{ ids: ['a', 3] }, 'ids.1: must be a text, not 3'],
    [{ ids: 'a' }, 'ids: must be an array, not "a"'],
    [{ more: {} }, 'more.enabled: is required: true or false'],
    [{ more: true }, 'more: must be an object { enabled }, not true'],
    [{ roles: [] }, 'roles: must be an object, not an array'],
    [
      { nmae: 'x' },
      'nmae: is unknown; accepted are name, limit, kind, own, ids, more, roles; did you mean name?',
    ],
    [
      { more: { enabled: true, Enabled: true } },
      'more.Enabled: is unknown; accepted are enabled; did you mean enabled?',
    ],
    [[], 'must be an object { name?, limit?, kind?, own?, ids?, more?, roles? }, not an array'],
  ])('says where, what is accepted and what was given: %j', (input, sentence) => {
    expect(said(input)).toEqual([sentence]);
  });

  it('says what else is unknown, and not more than a reader reads', () => {
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`unknown ${index}`, 1]));
    const [sentence, ...others] = said(many) ?? [];
    expect(others).toEqual([]);
    expect(sentence).toMatch(/^unknown 0: is unknown; .* Unknown, too: "unknown 1", .* and 19994 more$/);
    expect(sentence?.length).toBeLessThan(300);
  });

  it('repeats a long value in part only', () => {
    expect(said({ kind: 'x'.repeat(10_000) })?.[0]?.length).toBeLessThan(120);
  });

  it('leaves the word to a schema that says it itself', () => {
    const own = z.string('a colour is a text').max(3, 'a colour has three letters');
    expect(own.safeParse(7).error?.issues[0]?.message).toBe('a colour is a text');
    expect(own.safeParse('green').error?.issues[0]?.message).toBe('a colour has three letters');
  });
});
