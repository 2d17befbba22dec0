import { expect, it } from 'vitest';
import { classifyStorageError } from './storage-error.js';

it.each([
  [{ code: 'SQLITE_FULL', message: 'SQLITE_FULL: database or disk is full' }, 'unavailable'],
  [{ code: 'SQLITE_IOERR_FSYNC', message: 'disk I/O error' }, 'unavailable'],
  [{ driverError: { code: 'SQLITE_BUSY' }, message: 'database is locked' }, 'unavailable'],
  [{ code: 'SQLITE_CONSTRAINT', message: 'UNIQUE constraint failed' }, 'fault'],
  [{ code: '40001', message: 'could not serialize access' }, 'conflict'],
  [{ code: '40P01', message: 'deadlock detected' }, 'conflict'],
  [{ code: '23505', message: 'duplicate key value' }, 'conflict'],
  [{ code: '53100', message: 'could not extend file: No space left on device' }, 'unavailable'],
  [{ code: '53300', message: 'too many connections' }, 'unavailable'],
  [{ code: '57P01', message: 'terminating connection due to administrator command' }, 'unavailable'],
  [{ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED' }, 'unavailable'],
  [{ message: 'Connection terminated unexpectedly' }, 'unavailable'],
  [{ code: '42601', message: 'syntax error' }, 'fault'],
  [new TypeError('undefined is not a function'), 'fault'],
  [undefined, 'fault'],
])('reads %j as %s', (error, failure) => {
  expect(classifyStorageError(error)).toBe(failure);
});
