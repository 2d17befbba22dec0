import { type ErrorCode, FATAL_CLOSE_CODES } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { closeCodeOf } from './admission.js';

describe('closeCodeOf', () => {
  it.each<[ErrorCode, number, boolean]>([
    ['TOKEN_MISSING', 4400, false],
    ['TOKEN_INVALID', 4400, false],
    ['TOKEN_NOT_YET_VALID', 4400, false],
    ['TOKEN_EXPIRED', 4401, true],
    ['TOKEN_REVOKED', 4403, false],
    ['USER_DEACTIVATED', 4403, false],
    ['USER_DELETED', 4403, false],
    ['NOT_ALLOWED', 4403, false],
    ['RATE_LIMITED', 1013, true],
    ['UNAVAILABLE', 1013, true],
    ['INTERNAL', 1013, true],
  ])('closes for %s with %i; may the client come back: %s', (error, code, mayComeBack) => {
    expect(closeCodeOf(error)).toBe(code);
    expect(FATAL_CLOSE_CODES.includes(code)).toBe(!mayComeBack);
  });
});
