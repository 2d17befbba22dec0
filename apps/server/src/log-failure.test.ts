import { RollcallError } from '@rollcall/protocol';
import { TRPCError } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { logFailure } from './log-failure.js';
import { createLogger } from './logger.js';

describe('logFailure', () => {
  it('logs a fault in full, under the request id', () => {
    const cause = new Error('no such table: users');
    const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause });
    const line = logged(error);
    expect(line).toMatchObject({
      level: 'error',
      requestId: 'r1',
      procedure: 'users.query',
      code: 'INTERNAL',
      ms: 13,
    });
    expect(JSON.stringify(line.err)).toContain('no such table: users');
    expect(JSON.stringify(line.err)).toContain('log-failure.test.ts');
  });

  it('gives what the caller did wrong one line without a stack', () => {
    const cause = new RollcallError('NOT_ALLOWED', 'the role "user" lacks the grant');
    const line = logged(new TRPCError({ code: 'FORBIDDEN', cause }));
    expect(line).toMatchObject({ level: 'info', code: 'NOT_ALLOWED' });
    expect(line).not.toHaveProperty('err');
  });

  it('warns, with the reason, when the storage is not to be had', () => {
    const cause = new RollcallError('UNAVAILABLE', 'try again later', { cause: new Error('SQLITE_FULL') });
    const line = logged(new TRPCError({ code: 'SERVICE_UNAVAILABLE', cause }));
    expect(line).toMatchObject({ level: 'warn', code: 'UNAVAILABLE' });
    expect(JSON.stringify(line.err)).toContain('SQLITE_FULL');
  });

  it('cuts a procedure name that a caller made up at length', () => {
    const line = logged(new TRPCError({ code: 'NOT_FOUND' }), 'x'.repeat(10_000));
    expect(line.procedure).toHaveLength(200);
  });
});

function logged(error: TRPCError, procedure = 'users.query'): Record<string, unknown> {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'info' }, { write: line => lines.push(line) });
  logFailure(logger, { error, requestId: 'r1', procedure, ms: 12.6 });
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!);
}
