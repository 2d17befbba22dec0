import { RollcallError, type UpsertUserInput } from '@rollcall/protocol';
import { describe, expect, it, vi } from 'vitest';
import { type ImportProgress, importUsers } from './import-users.js';

const many = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `u-${index}` }));
const settle = () => new Promise(resolve => setTimeout(resolve));

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
  };
  return { upsert, taken, batches };
}

/** A store whose batches stay in flight until the test ends them. */
function held() {
  const inFlight: { ids: string[]; arrive(): void; fail(error: Error): void }[] = [];
  const upsert = (users: UpsertUserInput[]) =>
    new Promise<void>((resolve, reject) => {
      const ids = users.map(user => user.id);
      const entry = { ids, arrive: () => end(resolve), fail: (error: Error) => end(() => reject(error)) };
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
    expect(await importUsers(many(250), upsert, { concurrency: 1, onProgress })).toEqual({
      done: 250,
      failed: 0,
    });
    expect(taken).toEqual(many(250).map(user => user.id));
    expect(progress).toEqual([
      { done: 100, failed: 0, total: 250, batches: 1 },
      { done: 200, failed: 0, total: 250, batches: 2 },
      { done: 250, failed: 0, total: 250, batches: 3 },
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
    expect(await importing).toEqual({ done: 1000, failed: 0 });
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
    expect(await importing).toEqual({ done: 4, failed: 0 });
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
    expect(result).toEqual({ done: 246, failed: 4 });
    expect(failures.sort()).toEqual([...bad].map(id => `${id} INPUT_INVALID`).sort());
    expect(taken.sort()).toEqual(
      many(250)
        .map(user => user.id)
        .filter(id => !bad.has(id))
        .sort(),
    );
  });

  it('finds one bad user in a hundred also when the error does not name it', async () => {
    let calls = 0;
    const taken: string[] = [];
    const upsert = async (users: UpsertUserInput[]) => {
      calls += 1;
      if (users.some(user => user.id === 'u-42')) throw new RollcallError('PAYLOAD_TOO_LARGE', 'too large');
      taken.push(...users.map(user => user.id));
    };
    const onError = vi.fn();
    expect(await importUsers(many(100), upsert, { onError })).toEqual({ done: 99, failed: 1 });
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls[0]?.[0].user).toEqual({ id: 'u-42' });
    expect([taken.length, calls]).toEqual([99, 15]);
  });

  it('reports what JSON cannot carry like any other bad user', async () => {
    const { upsert, taken } = store();
    const users = [{ id: 'a' }, null, { id: 'b', big: 1n }, { id: 'c' }] as unknown as UpsertUserInput[];
    const onError = vi.fn();
    expect(await importUsers(users, upsert, { onError })).toEqual({ done: 2, failed: 2 });
    expect(taken).toEqual(['a', 'c']);
  });

  it('ends, and blames no user, when the caller is refused', async () => {
    const onError = vi.fn();
    const upsert = async () => {
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
