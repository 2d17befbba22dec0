import { expect, it } from 'vitest';
import { ERROR_CODES } from './error-codes.js';

it('knows every code of the contract, and no other', () => {
  expect(Object.keys(ERROR_CODES).sort()).toEqual([
    'CURSOR_INVALID',
    'IDEMPOTENCY_CONFLICT',
    'IDEMPOTENCY_RUNNING',
    'INPUT_INVALID',
    'INTERNAL',
    'NOT_ALLOWED',
    'NOT_FOUND',
    'PAYLOAD_TOO_LARGE',
    'QUERY_TOO_EXPENSIVE',
    'RATE_LIMITED',
    'RESYNC_REQUIRED',
    'REVISION_CONFLICT',
    'ROLE_IN_USE',
    'ROLE_NOT_FOUND',
    'TASK_NOT_FOUND',
    'TOKEN_EXPIRED',
    'TOKEN_INVALID',
    'TOKEN_MISSING',
    'TOKEN_NOT_YET_VALID',
    'TOKEN_REVOKED',
    'UNAVAILABLE',
    'USERNAME_TAKEN',
    'USER_BANNED',
    'USER_DEACTIVATED',
    'USER_DELETED',
    'USER_NOT_FOUND',
  ]);
});

it('calls recoverable exactly the errors that pass without the call being changed', () => {
  const recoverable = Object.entries(ERROR_CODES).filter(([, entry]) => !entry.unrecoverable);
  expect(recoverable.map(([code]) => code).sort()).toEqual([
    'IDEMPOTENCY_RUNNING',
    'INTERNAL',
    'RATE_LIMITED',
    'TOKEN_EXPIRED',
    'TOKEN_NOT_YET_VALID',
    'UNAVAILABLE',
  ]);
});
