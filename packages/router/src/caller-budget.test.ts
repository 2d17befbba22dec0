import { CALLER_BUDGETS } from '@rollcall/protocol';
import { describe, expect, it, vi } from 'vitest';
import { CallerBudgets } from './caller-budget.js';
import { WatchedUsers } from './watched-users.js';

/** A query that ends when it is told to. */
function held() {
  let end = (): void => undefined;
  const ended = new Promise<void>(resolve => {
    end = resolve;
  });
  return { run: () => ended, end };
}

/** Lets everything that can go on go on. */
const settled = () => new Promise(resolve => setImmediate(resolve));

describe('the queries of a caller', () => {
  it('run one at a time for a user, in the order in which they came, over all its calls', async () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const log: string[] = [];
    const query = (name: string) =>
      budgets.of('user jane').runQuery(async () => {
        log.push(`${name} begins`);
        await settled();
        log.push(`${name} ends`);
      });
    await Promise.all([query('a'), query('b'), query('c')]);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
    expect(budgets.size).toBe(0);
  });

  it('run four at a time for a server token', async () => {
    const budget = new CallerBudgets(CALLER_BUDGETS).of('server x');
    let running = 0;
    let most = 0;
    const query = () =>
      budget.runQuery(async () => {
        running += 1;
        most = Math.max(most, running);
        await settled();
        running -= 1;
      });
    await Promise.all(Array.from({ length: 20 }, query));
    expect(most).toBe(4);
  });

  it('keep nobody else waiting', async () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const slow = held();
    const running = budgets.of('user jane').runQuery(slow.run);
    expect(await budgets.of('user john').runQuery(async () => 'john')).toBe('john');
    expect(budgets.size).toBe(1);
    slow.end();
    await running;
  });

  it('go on after one that fails', async () => {
    const budget = new CallerBudgets(CALLER_BUDGETS).of('user jane');
    const failing = budget.runQuery(() => Promise.reject(new Error('no')));
    const next = budget.runQuery(async () => 'next');
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('next');
  });

  it('are refused when a hundred wait already, with the number', async () => {
    const budget = new CallerBudgets(CALLER_BUDGETS).of('user jane');
    const slow = held();
    const waiting = Array.from({ length: 101 }, () => budget.runQuery(slow.run));
    await expect(budget.runQuery(slow.run)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: 'a caller has at most 100 queries that wait; wait for their answers',
      retry_after: 2,
    });
    slow.end();
    await Promise.all(waiting);
  });

  it('leave the queue when their caller is gone, without being run', async () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const budget = budgets.of('user jane');
    const slow = held();
    const running = budget.runQuery(slow.run);
    const gone = new AbortController();
    const never = vi.fn(async () => undefined);
    const waiting = budget.runQuery(never, gone.signal);
    const goneBefore = budget.runQuery(never, AbortSignal.abort());
    const next = budget.runQuery(async () => 'next');
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(goneBefore).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    slow.end();
    await running;
    expect(await next).toBe('next');
    expect(never).not.toHaveBeenCalled();
    expect(budgets.size).toBe(0);
  });

  it('are refused when they have waited for 30 seconds, and the next ones run', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const budget = new CallerBudgets(CALLER_BUDGETS).of('user jane');
      const slow = held();
      const running = budget.runQuery(slow.run);
      const never = vi.fn(async () => undefined);
      const late = expect(budget.runQuery(never)).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        message: 'a caller has at most 1 running query; this one waited 30 s for its turn',
      });
      await vi.advanceTimersByTimeAsync(30_000);
      await late;
      const next = budget.runQuery(async () => 'next');
      slow.end();
      await running;
      expect(await next).toBe('next');
      expect(never).not.toHaveBeenCalled();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the other calls of a caller', () => {
  it('run two at a time, in the order in which they came, and keep nobody else and no query waiting', async () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const begun: number[] = [];
    const gates = Array.from({ length: 6 }, held);
    const calls = gates.map((gate, index) =>
      budgets.of('user jane').runCall(() => {
        begun.push(index);
        return gate.run();
      }),
    );
    await settled();
    expect(begun).toEqual([0, 1]);
    expect(await budgets.of('user john').runCall(async () => 'john')).toBe('john');
    expect(await budgets.of('user jane').runQuery(async () => 'found')).toBe('found');
    for (const [index, gate] of gates.entries()) {
      gate.end();
      await calls[index];
      await settled();
      expect(begun).toEqual([0, 1, 2, 3, 4, 5].slice(0, index + 3));
    }
    expect(budgets.size).toBe(0);
  });

  it('let what others wait for go before the next one', async () => {
    const budget = new CallerBudgets(CALLER_BUDGETS).of('user jane');
    const order: string[] = [];
    const calls = ['a', 'b', 'c'].map(name => budget.runCall(async () => void order.push(name)));
    setImmediate(() => order.push('somebody else'));
    await Promise.all(calls);
    expect(order).toEqual(['a', 'b', 'somebody else', 'c']);
  });

  it('go on after one that fails, and after one whose caller is gone', async () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const budget = budgets.of('user jane');
    const slow = [held(), held()];
    const running = slow.map(gate => budget.runCall(gate.run).then(() => Promise.reject(new Error('no'))));
    const gone = new AbortController();
    const never = vi.fn(async () => undefined);
    const waiting = [budget.runCall(never, gone.signal), budget.runCall(never, AbortSignal.abort())];
    const next = budget.runCall(async () => 'next');
    gone.abort();
    for (const call of waiting) {
      await expect(call).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: 'the caller is gone; the call was not run',
      });
    }
    for (const { end } of slow) end();
    await Promise.allSettled(running);
    expect(await next).toBe('next');
    expect(never).not.toHaveBeenCalled();
    expect(budgets.size).toBe(0);
  });

  it('hand their place on when their caller goes at the moment at which it is theirs', async () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const budget = budgets.of('user jane');
    const slow = [held(), held()];
    const running = slow.map(gate => budget.runCall(gate.run));
    const gone = new AbortController();
    const never = vi.fn(async () => undefined);
    const waiting = budget.runCall(never, gone.signal);
    const next = budget.runCall(async () => 'next');
    slow[0]?.end();
    await running[0];
    gone.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await next).toBe('next');
    slow[1]?.end();
    await running[1];
    expect(never).not.toHaveBeenCalled();
    expect(budgets.size).toBe(0);
  });

  it('are refused when a thousand wait already, with the number', async () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const budget = budgets.of('user jane');
    const slow = held();
    const waiting = Array.from({ length: 1002 }, () => budget.runCall(slow.run));
    await expect(budget.runCall(slow.run)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      message: 'a caller has at most 1000 calls that wait; wait for their answers',
      retry_after: 1,
    });
    slow.end();
    await Promise.all(waiting);
    expect(budgets.size).toBe(0);
  });

  it('are refused when they have waited for 30 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const budget = new CallerBudgets(CALLER_BUDGETS).of('user jane');
      const slow = held();
      const running = [budget.runCall(slow.run), budget.runCall(slow.run)];
      const late = expect(budget.runCall(slow.run)).rejects.toMatchObject({
        code: 'RATE_LIMITED',
        message: 'a caller has at most 2 running calls; this one waited 30 s for its turn',
      });
      await vi.advanceTimersByTimeAsync(30_000);
      await late;
      slow.end();
      await Promise.all(running);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the ids of the users whom the connections of a caller watch', () => {
  const { watchedIdBytes } = CALLER_BUDGETS.client;
  const ids = (count: number, name: string, length: number) =>
    Array.from({ length: count }, (_, index) => `${name}${index}`.padEnd(length, '-'));
  const overLimit = (bytes: number) => ({
    code: 'RATE_LIMITED',
    message: `a caller has at most ${watchedIdBytes} bytes of ids of users whom its connections watch; this subscription would make it ${bytes}`,
    retry_after: 60,
  });

  it('take 16 MiB over all connections, each with 64 bytes beside its own, and 160 MiB for a server token', () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const long = ids(10_000, 'long', 190);
    const callers = [
      ['user jane', 6],
      ['address 10.0.0.1', 6],
      ['server x', 66],
    ] as const;
    for (const [caller, connections] of callers) {
      const budget = budgets.of(caller);
      for (let opened = 0; opened < connections; opened++) new WatchedUsers().take(long, budget);
      expect(() => new WatchedUsers().take(long, budget)).toThrow('bytes of ids');
    }
    const short = ids(10_000, 's', 8);
    for (let opened = 0; opened < 23; opened++) new WatchedUsers().take(short, budgets.of('user john'));
  });

  it('are refused with the number and the limit, and then nothing is taken', () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const budget = budgets.of('user jane');
    const connection = new WatchedUsers();
    const kept = connection.take(ids(20_000, 'kept', 736), budget);
    expect(() => connection.take(ids(1000, 'more', 736), budget)).toThrow(
      expect.objectContaining(overLimit(16_800_000)),
    );
    expect(connection.size).toBe(20_000);
    expect(connection.take(ids(971, 'less', 736), budget).size).toBe(971);
    kept.release();
    expect(connection.size).toBe(971);
  });

  it('count their bytes in UTF-8', () => {
    const budget = new CallerBudgets(CALLER_BUDGETS).of('user jane');
    const watched = [...ids(10_000, 'a', 736), ...ids(10_000, 'b', 736), 'é'.repeat(400_000)];
    expect(() => new WatchedUsers().take(watched, budget)).toThrow(
      expect.objectContaining(overLimit(16_800_064)),
    );
  });

  it('count once for a connection, and are given back when its last subscription that names them ends', () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const budget = () => budgets.of('user jane');
    const [one, other] = [new WatchedUsers(), new WatchedUsers()];
    const long = ids(10_000, 'long', 1536);
    const subscriptions = Array.from({ length: 100 }, () => one.take(long, budget()));
    expect(() => other.take(long, budget())).toThrow(expect.objectContaining(overLimit(32_000_000)));
    for (const subscription of subscriptions.slice(1)) subscription.release();
    expect(() => other.take(long, budget())).toThrow(expect.objectContaining(overLimit(32_000_000)));
    subscriptions[0]?.release();
    expect(budgets.size).toBe(0);
    const again = other.take([...long, ...long], budget());
    expect(() => one.take(long, budget())).toThrow(expect.objectContaining(overLimit(32_000_000)));
    again.release();
    expect(budgets.size).toBe(0);
  });

  it('are given back to the caller from whom they were taken, even if the connection was not its own later', () => {
    const budgets = new CallerBudgets(CALLER_BUDGETS);
    const connection = new WatchedUsers();
    const before = connection.take(ids(1000, 'a', 200), budgets.of('user jane'));
    const after = connection.take(ids(1000, 'b', 200), budgets.of('address 10.0.0.1'));
    before.release();
    after.release();
    expect(budgets.size).toBe(0);
    connection.take(['c'], budgets.of('address 10.0.0.1'));
    expect(() => new WatchedUsers().take(ids(20_971, 'd', 736), budgets.of('user jane'))).not.toThrow();
  });
});
