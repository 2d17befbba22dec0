import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.js';

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
