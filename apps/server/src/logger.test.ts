import { RollcallError } from '@rollcall/protocol';
import { TRPCError } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { createLogger, logFailure } from './logger.js';
import { RefusalLog } from './refusal-log.js';

describe('the log', () => {
  it('hides tokens, secrets and custom data at every depth that we log', () => {
    const line = logged({
      token: 'canary',
      headers: { authorization: 'Bearer canary' },
      info: { connectionParams: { token: 'canary' }, nested: { password: 'canary' } },
      user: { id: 'jane', custom: { note: 'canary' } },
    });
    expect(JSON.stringify(line)).not.toContain('canary');
    expect(line.user).toEqual({ id: 'jane', custom: '[hidden]' });
  });

  it('describes an error with its causes, and leaves out what drivers attach', () => {
    const cause = Object.assign(new Error('UNIQUE constraint failed'), {
      code: 'SQLITE_CONSTRAINT',
      parameters: ['canary'],
    });
    const line = logged({ err: new Error('the write failed', { cause }) });
    expect(line.err).toMatchObject({
      type: 'Error',
      message: 'the write failed',
      cause: { message: 'UNIQUE constraint failed', code: 'SQLITE_CONSTRAINT' },
    });
    expect(JSON.stringify(line)).not.toContain('canary');
  });

  it('hides a token or a password inside a message', () => {
    const error = new Error('cannot reach postgres://rollcall:canary@db/x with eyJhbGci.eyJjYW5h.canary');
    expect(JSON.stringify(logged({ err: error }))).not.toContain('canary');
  });

  it('ends a circle of causes', () => {
    const error = new Error('round');
    error.cause = error;
    expect(logged({ err: error }).err).toMatchObject({ message: 'round' });
  });
});

function logged(entry: object): Record<string, unknown> {
  const lines: string[] = [];
  createLogger({ logLevel: 'info' }, { write: line => lines.push(line) }).info(entry, 'something happened');
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!);
}

describe('logFailure', () => {
  it('logs a fault in full, under the request id', () => {
    const cause = new Error('no such table: users');
    const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause });
    const line = loggedFailure(error);
    expect(line).toMatchObject({
      level: 'error',
      requestId: 'r1',
      procedure: 'users.query',
      code: 'INTERNAL',
      ms: 13,
    });
    expect(JSON.stringify(line.err)).toContain('no such table: users');
    expect(JSON.stringify(line.err)).toContain('logger.test.ts');
  });

  it('gives what the caller did wrong one line without a stack', () => {
    const cause = new RollcallError('NOT_ALLOWED', 'the role "user" lacks the grant');
    const line = loggedFailure(new TRPCError({ code: 'FORBIDDEN', cause }));
    expect(line).toMatchObject({ level: 'info', code: 'NOT_ALLOWED' });
    expect(line).not.toHaveProperty('err');
  });

  it('warns, with the reason, when the storage is not to be had', () => {
    const cause = new RollcallError('UNAVAILABLE', 'try again later', { cause: new Error('SQLITE_FULL') });
    const line = loggedFailure(new TRPCError({ code: 'SERVICE_UNAVAILABLE', cause }));
    expect(line).toMatchObject({ level: 'warn', code: 'UNAVAILABLE' });
    expect(JSON.stringify(line.err)).toContain('SQLITE_FULL');
  });

  it('cuts a procedure name that a caller made up at length', () => {
    const line = loggedFailure(new TRPCError({ code: 'NOT_FOUND' }), 'x'.repeat(10_000));
    expect(line.procedure).toHaveLength(200);
  });
});

function loggedFailure(error: TRPCError, procedure = 'users.query'): Record<string, unknown> {
  const lines: string[] = [];
  const logger = createLogger({ logLevel: 'info' }, { write: line => lines.push(line) });
  const caller = { key: 'user jane', address: '192.0.2.1' } as const;
  logFailure(
    { logger, refusals: new RefusalLog(logger) },
    { error, requestId: 'r1', procedure, ms: 12.6, caller },
  );
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0]!);
}
