import { describe, expect, it } from 'vitest';
import { LIMITS } from '../limits.js';
import { queryUsersOptionsSchema } from './query-users-schema.js';

const accepts = (options: unknown) => queryUsersOptionsSchema.safeParse(options).success;

describe('the options of queryUsers', () => {
  it('have defaults that show nobody who has gone', () => {
    expect(queryUsersOptionsSchema.parse({})).toEqual({
      limit: LIMITS.pageUsersDefault,
      include_deactivated_users: false,
      include_deleted_users: false,
      watch: false,
      presence: false,
    });
  });

  it.each([
    ['limit', [1, LIMITS.pageUsers], [0, LIMITS.pageUsers + 1, 1.5, '10', null]],
    ['offset', [0, LIMITS.offset], [-1, LIMITS.offset + 1, 0.5, '0']],
    ['next', ['abc', 'a'.repeat(49_152)], ['', 5, 'a'.repeat(49_153)]],
    ['id_gt', ['jane', 'A-Z_@9'], ['', 'a b', "'; --", 5]],
    ['id_lte', ['jane'], ['é']],
    [
      'created_at_after',
      [100_000_000_000, '2026-01-31T12:00:00Z'],
      [-1, 0, 1_700_000_000, 1.5, '2026-01-31', 'now'],
    ],
    ['created_at_before_or_equal', [8_640_000_000_000_000], [8_640_000_000_000_001]],
    ['include_deleted_users', [true, false], ['true', 1, null]],
  ])('%s has its edges where the rules say', (option, accepted, refused) => {
    for (const value of accepted) expect(accepts({ [option]: value }), JSON.stringify(value)).toBe(true);
    for (const value of refused) expect(accepts({ [option]: value }), JSON.stringify(value)).toBe(false);
  });

  it('do not take an offset together with a cursor', () => {
    expect(accepts({ offset: 10, next: 'abc' })).toBe(false);
  });

  it('take nothing that is no option', () => {
    expect(accepts({ skip: 10 })).toBe(false);
  });
});
