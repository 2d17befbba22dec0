import { RollcallError } from '@rollcall/protocol';
import { TRPCClientError } from '@trpc/client';
import { expect, it } from 'vitest';
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
