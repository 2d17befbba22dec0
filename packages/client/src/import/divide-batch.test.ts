import { RollcallError } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { divide, isDivisible } from './divide-batch.js';

const users = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index) }));
const idsOf = (parts: { id: string }[][]) => parts.map(part => part.map(user => user.id).join(''));
const issue = (index: number) => ({ code: 'INPUT_INVALID', message: 'bad', index }) as const;

it('tries those who are named alone, and the others together', () => {
  const error = RollcallError.ofIssues([issue(1), issue(3), issue(3)]);
  expect(idsOf(divide(users(5), error))).toEqual(['024', '1', '3']);
});

it('goes by the error itself where it lists no issues', () => {
  const error = new RollcallError('USERNAME_TAKEN', 'taken', { index: 0 });
  expect(idsOf(divide(users(3), error))).toEqual(['12', '0']);
});

it('tries everybody alone when everybody is named', () => {
  expect(idsOf(divide(users(2), RollcallError.ofIssues([issue(0), issue(1)])))).toEqual(['0', '1']);
});

it.each([
  ['nobody', new RollcallError('PAYLOAD_TOO_LARGE', 'too large')],
  ['somebody who is not there', new RollcallError('INPUT_INVALID', 'bad', { index: 99 })],
])('cuts in two when the error names %s', (_, error) => {
  expect(idsOf(divide(users(5), error))).toEqual(['012', '34']);
});

it('divides for errors about users, not for errors about the caller or the moment', () => {
  const divisible = ['INPUT_INVALID', 'USERNAME_TAKEN', 'PAYLOAD_TOO_LARGE', 'INTERNAL'] as const;
  const whole = ['NOT_ALLOWED', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'UNAVAILABLE', 'RATE_LIMITED'] as const;
  expect(divisible.map(code => isDivisible(new RollcallError(code, '')))).toEqual(divisible.map(() => true));
  expect(whole.map(code => isDivisible(new RollcallError(code, '')))).toEqual(whole.map(() => false));
});
