import { RollcallError } from '@rollcall/protocol';
import { expect, it } from 'vitest';
import { divideRefused, isAboutUsers } from './refused-batch.js';

const OFFSET = 200;
const rows = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ index: OFFSET + index, user: { id: String(index) } }));
const issue = (index: number, field = 'name') =>
  ({ code: 'INPUT_INVALID', message: `bad ${field}`, index, field }) as const;

/** The refused users, and the parts to send again, by the ids of their users. */
function divided(count: number, error: RollcallError) {
  const { refused, again } = divideRefused(rows(count), error);
  return {
    refused: refused.map(({ row }) => row.user.id).join(''),
    again: again.map(part => part.map(({ user }) => user.id).join('')),
  };
}

it('refuses those whom the error names, and sends all others again together', () => {
  const error = RollcallError.ofIssues([issue(1), issue(3), issue(3, 'image')]);
  expect(divided(5, error)).toEqual({ refused: '13', again: ['024'] });
});

it('gives each refused user what is wrong with it, in the places of the whole input', () => {
  const error = RollcallError.ofIssues([issue(1), issue(3), issue(3, 'image')]);
  const { refused } = divideRefused(rows(5), error);
  expect(refused.map(one => one.error)).toMatchObject([
    { index: OFFSET + 1, field: 'name', issues: [{ index: OFFSET + 1 }] },
    {
      index: OFFSET + 3,
      message: 'bad name',
      issues: [
        { index: OFFSET + 3, field: 'name' },
        { index: OFFSET + 3, field: 'image' },
      ],
    },
  ]);
});

it('uses the error itself if it lists no issues', () => {
  const error = new RollcallError('USERNAME_TAKEN', 'taken', { index: 0 });
  expect(divided(3, error)).toEqual({ refused: '0', again: ['12'] });
});

it('sends nothing again when the error names all of them, and when there is only one', () => {
  expect(divided(2, RollcallError.ofIssues([issue(0), issue(1)]))).toEqual({ refused: '01', again: [] });
  expect(divided(1, new RollcallError('PAYLOAD_TOO_LARGE', 'too large'))).toEqual({
    refused: '0',
    again: [],
  });
});

it.each([
  ['nobody', new RollcallError('PAYLOAD_TOO_LARGE', 'too large')],
  ['somebody who is not there', new RollcallError('INPUT_INVALID', 'bad', { index: 99 })],
])('cuts in two when the error names %s', (_, error) => {
  expect(divided(5, error)).toEqual({ refused: '', again: ['012', '34'] });
});

it('knows errors about users from errors about the caller or the moment', () => {
  const about = ['INPUT_INVALID', 'USERNAME_TAKEN', 'PAYLOAD_TOO_LARGE', 'INTERNAL'] as const;
  const others = ['NOT_ALLOWED', 'TOKEN_INVALID', 'TOKEN_EXPIRED', 'UNAVAILABLE', 'RATE_LIMITED'] as const;
  expect(about.map(code => isAboutUsers(new RollcallError(code, '')))).toEqual(about.map(() => true));
  expect(others.map(code => isAboutUsers(new RollcallError(code, '')))).toEqual(others.map(() => false));
});
