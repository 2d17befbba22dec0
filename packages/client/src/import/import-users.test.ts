import { RollcallError, type UpsertUserInput, type WriteCounts } from '@rollcall/protocol';
import { describe, expect, it, vi } from 'vitest';
import { type ImportProgress, importUsers } from './import-users.js';

const many = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `u-${index}` }));
const settle = () => new Promise(resolve => setTimeout(resolve));

/** What a server answers that had none of the users. */
const allCreated = (users: readonly unknown[]) => ({ created: users.length, updated: 0, unchanged: 0 });
const stored = (created: number, failed = 0) => ({ created, updated: 0, unchanged: 0, failed });

/** A store that refuses some ids like the server, and remembers what it accepted. */
function store(refuses: (id: string) => boolean = () => false) {
  const taken: string[] = [];
  const batches: number[] = [];
  const upsert = async (users: UpsertUserInput[]) => {
    batches.push(users.length);
    const issues = users.flatMap(({ id }, index) =>
      refuses(id) ? [{ code: 'INPUT_INVALID' as const, message: 'bad', field: 'id', index }] : [],
    );
    if (issues.length > 0) throw RollcallError.ofIssues(issues);
    taken.push(...users.map(user => user.id));
    return allCreated(users);
  };
  return { upsert, taken, batches };
}

/** A store whose batches stay in flight until the test ends them. */
function held() {
  const inFlight: { ids: string[]; arrive(): void; fail(error: Error): void }[] = [];
  const upsert = (users: UpsertUserInput[]) =>
    new Promise<WriteCounts>((resolve, reject) => {
      const ids = users.map(user => user.id);
      const entry = {
        ids,
        arrive: () => end(() => resolve(allCreated(users))),
        fail: (error: Error) => end(() => reject(error)),
      };
      const end = (how: () => void) => {
        inFlight.splice(inFlight.indexOf(entry), 1);
        how();
      };
      inFlight.push(entry);
    });
  return { upsert, inFlight };
}

describe('an import', () => {
  it('stores all users and reports its progress', async () => {
    const { upsert, taken } = store();
    const progress: ImportProgress[] = [];
    const onProgress = (state: ImportProgress) => progress.push(state);
    expect(await importUsers(many(250), upsert, { concurrency: 1, onProgress })).toEqual(stored(250));
    expect(taken).toEqual(many(250).map(user => user.id));
    expect(progress).toEqual([
      { ...stored(100), done: 100, total: 250, batches: 1 },
      { ...stored(200), done: 200, total: 250, batches: 2 },
      { ...stored(250), done: 250, total: 250, batches: 3 },
    ]);
  });

  it('has at most so many batches in flight, and reads no further than it needs', async () => {
    const { upsert, inFlight } = held();
    let read = 0;
    function* source() {
      for (const user of many(1000)) {
        read += 1;
        yield user;
      }
    }
    const importing = importUsers(source(), upsert, { concurrency: 2 });
    await settle();
    expect(inFlight).toHaveLength(2);
    expect(read).toBe(301);
    for (let batch = 0; batch < 10; batch++) {
      inFlight[0]?.arrive();
      await settle();
      expect(inFlight.length).toBeLessThanOrEqual(2);
    }
    expect(await importing).toEqual(stored(1000));
  });

  it('never has an id in flight twice, so that its writes keep their order', async () => {
    const { upsert, inFlight } = held();
    const importing = importUsers(
      ['a', 'b', 'a', 'c'].map(id => ({ id })),
      upsert,
      { concurrency: 4 },
    );
    await settle();
    expect(inFlight.map(batch => batch.ids)).toEqual([['a', 'b']]);
    inFlight[0]?.arrive();
    await settle();
    expect(inFlight.map(batch => batch.ids)).toEqual([['a', 'c']]);
    inFlight[0]?.arrive();
    expect(await importing).toEqual(stored(4));
  });

  it('stops at a failed batch, waits for those in flight, and counts the index in the whole input', async () => {
    const { upsert, inFlight } = held();
    let rejected = false;
    const importing = importUsers(many(1000), upsert, { concurrency: 2 });
    importing.catch(() => {
      rejected = true;
    });
    await settle();
    inFlight[1]?.fail(RollcallError.ofIssues([{ code: 'INPUT_INVALID', message: 'bad', index: 7 }]));
    await settle();
    expect([rejected, inFlight.length]).toEqual([false, 1]);
    inFlight[0]?.arrive();
    await expect(importing).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      index: 107,
      issues: [{ index: 107 }],
    });
    expect(inFlight).toEqual([]);
  });

  it('reports each refused user alone, and stores all others', async () => {
    const bad = new Set(['u-3', 'u-150', 'u-151', 'u-249']);
    const { upsert, taken } = store(id => bad.has(id));
    const failures: string[] = [];
    const result = await importUsers(many(250), upsert, {
      onError: ({ user, error }) => void failures.push(`${user.id} ${error.code}`),
    });
    expect(result).toEqual(stored(246, 4));
    expect(failures.sort()).toEqual([...bad].map(id => `${id} INPUT_INVALID`).sort());
    expect(taken.sort()).toEqual(
      many(250)
        .map(user => user.id)
        .filter(id => !bad.has(id))
        .sort(),
    );
  });

  it('asks once more for the others of a batch, however many of it are refused', async () => {
    const { upsert, batches } = store(id => Number(id.slice(2)) % 2 === 0);
    const places: unknown[] = [];
    const onError = ({ index, error }: { index: number; error: RollcallError }) =>
      void places.push([index, error.index]);
    expect(await importUsers(many(300), upsert, { concurrency: 1, onError })).toEqual(stored(150, 150));
    expect(batches).toEqual([100, 50, 100, 50, 100, 50]);
    expect(places).toEqual(Array.from({ length: 150 }, (_, count) => [2 * count, 2 * count]));
    const none = store(() => true);
    expect(await importUsers(many(1000), none.upsert, { onError })).toEqual(stored(0, 1000));
    expect(none.batches).toHaveLength(10);
  });

  it('adds up what the answers count', async () => {
    const answers = [
      { created: 90, updated: 10, unchanged: 0 },
      { created: 0, updated: 1, unchanged: 99 },
    ];
    const upsert = async () => answers.shift() as WriteCounts;
    const result = await importUsers(many(200), upsert, { concurrency: 1 });
    expect(result).toEqual({ created: 90, updated: 11, unchanged: 99, failed: 0 });
  });

  it('stops at once where a handler refuses to go on, and sends nothing more', async () => {
    const { upsert, batches } = store(id => id === 'u-3');
    const onError = () => Promise.reject(new Error('stop'));
    await expect(importUsers(many(1000), upsert, { concurrency: 1, onError })).rejects.toThrow('stop');
    expect(batches).toEqual([100]);
  });

  it('stops at a failed batch also while its source gives nothing', async () => {
    async function* source() {
      yield* many(101);
      await new Promise(() => {});
    }
    const { upsert } = store(id => id === 'u-3');
    await expect(importUsers(source(), upsert)).rejects.toMatchObject({ index: 3 });
  });

  it('ends with the reason of its signal: while it calls, waits to call again, or reads', async () => {
    const reason = new Error('enough');
    const endless = (_: unknown, signal?: AbortSignal) =>
      new Promise<never>((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason)),
      );
    const away = () => Promise.reject(new RollcallError('UNAVAILABLE', 'away', { retry_after: 60 }));
    async function* nothing(): AsyncGenerator<UpsertUserInput> {
      await new Promise(() => {});
    }
    for (const [users, upsert] of [
      [many(300), endless],
      [many(300), away],
      [nothing(), endless],
    ] as const) {
      const stop = new AbortController();
      const importing = importUsers<UpsertUserInput>(users, upsert, { signal: stop.signal });
      const ended = expect(importing).rejects.toBe(reason);
      await settle();
      stop.abort(reason);
      await ended;
    }
    const before = importUsers(many(1), endless, { signal: AbortSignal.abort(reason) });
    await expect(before).rejects.toBe(reason);
  });

  it('finds one bad user in a hundred also when the error does not name it', async () => {
    let calls = 0;
    const taken: string[] = [];
    const upsert = async (users: UpsertUserInput[]) => {
      calls += 1;
      if (users.some(user => user.id === 'u-42')) throw new RollcallError('PAYLOAD_TOO_LARGE', 'too large');
      taken.push(...users.map(user => user.id));
      return allCreated(users);
    };
    const onError = vi.fn();
    expect(await importUsers(many(100), upsert, { onError })).toEqual(stored(99, 1));
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls[0]?.[0].user).toEqual({ id: 'u-42' });
    expect([taken.length, calls]).toEqual([99, 15]);
  });

  it('reports what JSON cannot carry like any other bad user', async () => {
    const { upsert, taken } = store();
    const bad = [
      null,
      { id: 'b', big: 1n },
      { id: 'd', name: undefined },
      { id: 'e', shelf: { pages: [1, Number.NaN] } },
      { id: 'f', most: Number.POSITIVE_INFINITY },
      { id: 'g', read: () => 1 },
      { id: 'h', custom: { when: new Date(Number.NaN) } },
    ];
    const users = [{ id: 'a' }, ...bad, { id: 'c' }] as unknown as UpsertUserInput[];
    const onError = vi.fn();
    expect(await importUsers(users, upsert, { onError })).toEqual(stored(2, bad.length));
    expect(taken).toEqual(['a', 'c']);
    const told = onError.mock.calls.map(([{ index, user, error }]) => [
      index,
      user,
      error.field,
      error.index,
    ]);
    const fields = ['user', 'big', 'name', 'shelf.pages.1', 'most', 'read', 'custom.when'];
    expect(told).toEqual(bad.map((user, place) => [place + 1, user, fields[place], place + 1]));
  });

  it('ends, and blames no user, when the caller is refused', async () => {
    const onError = vi.fn();
    const upsert = async (): Promise<never> => {
      throw new RollcallError('NOT_ALLOWED', 'a server token, please');
    };
    await expect(importUsers(many(300), upsert, { onError })).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect(onError).not.toHaveBeenCalled();
  });

  it('ends with the error of its source, or of a handler of its own', async () => {
    const { upsert } = store(id => id === 'u-0');
    async function* source() {
      yield { id: 'a' };
      throw new Error('the file is cut off');
    }
    await expect(importUsers(source(), upsert)).rejects.toThrow('the file is cut off');
    const onError = () => Promise.reject(new Error('cannot write the report'));
    await expect(importUsers(many(1), upsert, { onError })).rejects.toThrow('cannot write the report');
  });

  it('needs a concurrency that makes sense', async () => {
    const { upsert } = store();
    await expect(importUsers(many(1), upsert, { concurrency: 0 })).rejects.toMatchObject({
      field: 'concurrency',
    });
  });
});
