import { CLOSE_CODES, type ErrorCode } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { fatalClose } from './close-reason.js';

const nothing = () => false;
const expired = (code: ErrorCode) => code === 'TOKEN_EXPIRED';

it.each([
  [CLOSE_CODES.refused, 'USER_DEACTIVATED', 'USER_DEACTIVATED'],
  [CLOSE_CODES.refused, 'TOKEN_REVOKED', 'TOKEN_REVOKED'],
  [CLOSE_CODES.refused, '', 'NOT_ALLOWED'],
  [CLOSE_CODES.refused, 'toString', 'NOT_ALLOWED'],
  [CLOSE_CODES.tokenInvalid, 'the first message is not understood', 'TOKEN_INVALID'],
  [CLOSE_CODES.tokenInvalid, 'USER_NOT_FOUND', 'USER_NOT_FOUND'],
  [1009, '', 'PAYLOAD_TOO_LARGE'],
])('does not come back after %d "%s", for %s', (code, reason, expected) => {
  expect(fatalClose(code, reason, expired)?.code).toBe(expected);
});

it.each([1000, 1001, 1005, 1006, 1011, 1012, 1013, CLOSE_CODES.tooSlow, CLOSE_CODES.authTimeout, undefined])(
  'comes back after %s',
  code => {
    expect(fatalClose(code, '', nothing)).toBeUndefined();
  },
);

it('comes back after an expired token where a fresh one can be had, and only there', () => {
  expect(fatalClose(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED', expired)).toBeUndefined();
  expect(fatalClose(CLOSE_CODES.tokenExpired, 'TOKEN_EXPIRED', nothing)?.code).toBe('TOKEN_EXPIRED');
});

it('comes back after a revoked token where who has the secret signs a fresh one', () => {
  expect(fatalClose(CLOSE_CODES.refused, 'TOKEN_REVOKED', code => code === 'TOKEN_REVOKED')).toBeUndefined();
  expect(fatalClose(CLOSE_CODES.refused, 'USER_DELETED', code => code === 'TOKEN_REVOKED')?.code).toBe(
    'USER_DELETED',
  );
});
