import { LIMITS, RollcallError, type UpsertUserInput } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { type Batch, cutBatches, divide, isDivisible } from './batches.js';

async function batchesOf(users: Parameters<typeof cutBatches>[0]): Promise<Batch<object>[]> {
  const batches: Batch<object>[] = [];
  for await (const batch of cutBatches(users)) batches.push(batch);
  return batches;
}

const many = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({ id: `u-${index}`, ...more }));

describe('batches', () => {
  it('are as large as the server accepts, in order, and say where they begin', async () => {
    const users = many(2 * LIMITS.batchUsers + 1);
    const batches = await batchesOf(users);
    expect(batches.map(({ offset, users }) => [offset, users.length])).toEqual([
      [0, 100],
      [100, 100],
      [200, 1],
    ]);
    expect(batches.flatMap(batch => batch.users)).toEqual(users);
  });

  it('come from asynchronous sources as well, and there are none without users', async () => {
    async function* source() {
      yield* many(3);
    }
    expect((await batchesOf(source())).map(batch => batch.users.length)).toEqual([3]);
    expect(await batchesOf([])).toEqual([]);
  });

  it('stay below the size of a request', async () => {
    const batches = await batchesOf(many(100, { name: 'ü'.repeat(10_000) }));
    const bytes = batches.map(({ users }) => Buffer.byteLength(JSON.stringify({ users })));
    expect(Math.max(...bytes)).toBeLessThan(LIMITS.bodyBytes);
    expect(batches.length).toBe(3);
  });

  it('leave a user that is too large alone, for the server to refuse', async () => {
    const users = [{ id: 'a' }, { id: 'huge', name: 'x'.repeat(2 * LIMITS.bodyBytes) }, { id: 'b' }];
    expect((await batchesOf(users)).map(batch => batch.users.map(user => user.id))).toEqual([
      ['a'],
      ['huge'],
      ['b'],
    ]);
  });

  it('hold no id twice: its second occurrence begins the next batch', async () => {
    const ids = ['a', 'b', 'a', 'c', 'a'];
    const batches = await batchesOf(ids.map(id => ({ id })));
    expect(batches.map(batch => batch.users.map(user => user.id))).toEqual([['a', 'b'], ['a', 'c'], ['a']]);
  });

  it.each([
    ['a number without JSON', { id: 'b', big: 1n }],
    ['something that is no user', 'b'],
  ])('cannot contain %s; the error says which one it was', async (_, bad) => {
    const users = [{ id: 'a' }, bad] as unknown as UpsertUserInput[];
    await expect(batchesOf(users)).rejects.toMatchObject({ code: 'INPUT_INVALID', index: 1 });
  });
});

const users = (count: number) => Array.from({ length: count }, (_, index) => ({ id: String(index) }));
const idsOf = (parts: { id: string }[][]) => parts.map(part => part.map(user => user.id).join(''));
const issue = (index: number) => ({ code: 'INPUT_INVALID', message: 'bad', index }) as const;

it('tries each named user alone, and the others together', () => {
  const error = RollcallError.ofIssues([issue(1), issue(3), issue(3)]);
  expect(idsOf(divide(users(5), error))).toEqual(['024', '1', '3']);
});

it('uses the error itself if it lists no issues', () => {
  const error = new RollcallError('USERNAME_TAKEN', 'taken', { index: 0 });
  expect(idsOf(divide(users(3), error))).toEqual(['12', '0']);
});

it('tries every user alone when the error names all of them', () => {
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
