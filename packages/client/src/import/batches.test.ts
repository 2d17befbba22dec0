import { LIMITS, type UpsertUserInput } from '@rollcall/protocol';
import { describe, expect, it } from 'vitest';
import { cutBatches } from './batches.js';

type Users = Iterable<UpsertUserInput> | AsyncIterable<UpsertUserInput>;

async function batchesOf(users: Users): Promise<{ offset: number; users: UpsertUserInput[] }[]> {
  const batches = [];
  for await (const rows of cutBatches(users)) {
    batches.push({ offset: rows[0]?.index ?? -1, users: rows.map(row => row.user) });
  }
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

  it('come from asynchronous sources as well, and a source without users makes no batch', async () => {
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

  it('know the place of each user in the input, also after one that could not be sent', async () => {
    const users = [{ id: 'a' }, { id: 'b', big: 1n }, { id: 'c' }] as unknown as UpsertUserInput[];
    const places: number[] = [];
    for await (const rows of cutBatches(users, { refuse: async ({ index }) => void places.push(-index) })) {
      places.push(...rows.map(row => row.index));
    }
    expect(places).toEqual([-1, 0, 2]);
  });
});
