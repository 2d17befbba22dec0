import { RollcallError } from '@rollcall/protocol';
import { TRPCClientError } from '@trpc/client';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { answerOf, toRollcallError } from './to-rollcall-error.js';

it('contains what the server said', () => {
  const said = new RollcallError('USERNAME_TAKEN', 'jane is taken', { index: 3, field: 'name' });
  const { code, message, index, field, unrecoverable } = toRollcallError(
    TRPCClientError.from({
      error: { code: -32009, message: said.message, data: { ...said.toData(), httpStatus: 409 } },
    }),
  );
  expect([code, message, index, field, unrecoverable]).toEqual([
    'USERNAME_TAKEN',
    'jane is taken',
    3,
    'name',
    true,
  ]);
});

it('finds an error of ours that tRPC has wrapped', () => {
  const inside = new RollcallError('TOKEN_MISSING', 'nobody is connected');
  expect(toRollcallError(TRPCClientError.from(inside))).toBe(inside);
  expect(toRollcallError(inside)).toBe(inside);
});

it.each([
  new TypeError('fetch failed'),
  TRPCClientError.from(new SyntaxError('Unexpected token <')),
  'a string',
])('calls a server that did not answer unavailable', error => {
  expect(toRollcallError(error)).toMatchObject({ code: 'UNAVAILABLE', unrecoverable: false });
});

it('calls an answer that it does not understand an internal error', () => {
  const error = TRPCClientError.from({ error: { code: -32603, message: 'x', data: { code: 'TEAPOT' } } });
  expect(toRollcallError(error).code).toBe('INTERNAL');
});

it('throws the failure of a call, and passes its answer on', async () => {
  expect(await answerOf(Promise.resolve(7))).toBe(7);
  await expect(answerOf(Promise.reject(new TypeError('fetch failed')))).rejects.toBeInstanceOf(RollcallError);
});

describe('a page whose request fails without a reason', () => {
  const hint = (origin: string) =>
    `; a browser does not say why: the server is away, or its setting ROLLCALL_ALLOWED_ORIGINS does not list ${origin} (its log names the origins that it refuses)`;

  afterEach(() => void vi.unstubAllGlobals());

  it.each([new TypeError('Failed to fetch'), TRPCClientError.from(new TypeError('Failed to fetch'))])(
    'is told that the server may not allow its origin: %s',
    error => {
      vi.stubGlobal('location', { origin: 'https://app.example.com' });
      expect(toRollcallError(error)).toMatchObject({
        code: 'UNAVAILABLE',
        message: `the server did not answer: Failed to fetch${hint('https://app.example.com')}`,
      });
    },
  );

  it('is told nothing of origins when an answer came, or where there is no page', () => {
    expect(toRollcallError(new TypeError('fetch failed')).message).toBe(
      'the server did not answer: fetch failed',
    );
    vi.stubGlobal('location', { origin: 'https://app.example.com' });
    expect(toRollcallError(new SyntaxError('Unexpected token <')).message).toBe(
      'the server did not answer: Unexpected token <',
    );
    vi.stubGlobal('location', {});
    expect(toRollcallError(new TypeError('fetch failed')).message).not.toContain('ROLLCALL_ALLOWED_ORIGINS');
  });
});
