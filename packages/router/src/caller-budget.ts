import { callerGone } from '@rollcall/core';
import { type BudgetLimits, RollcallError } from '@rollcall/protocol';
import { type CallerKey, kindOfCaller } from './caller-key.js';
import type { BudgetName, RouterMeter } from './instruments.js';
import { type TurnLimits, Turns } from './turns.js';

/** Queries of one caller that may wait for their turn. */
const MAX_WAITING_QUERIES = 100;

/** Other calls of one caller that run at once: one is answered while the next one is worked on. */
const RUNNING_CALLS = 2;

/** Those of them that may wait for their turn. What they are in memory is bounded by their bytes. */
const MAX_WAITING_CALLS = 1000;

/** How long a query or a call waits for those of the same caller before it is refused. */
const MAX_WAIT_MS = 30_000;

/** Requests are answered sooner than that. */
const REQUEST_RETRY_AFTER_SECONDS = 1;

/** The caller stays over its budget until it ends something. */
const RETRY_AFTER_SECONDS = 60;

/** What a caller has in use now. */
interface Use {
  subscriptions: number;
  /** The subscriptions that have each filter, by its JSON. */
  filters: Map<string, number>;
  filterBytes: number;
  watchedIdBytes: number;
  requestBytes: number;
  queries: Turns;
  calls: Turns;
}

/** What all callers have in use. */
interface Uses {
  /** A caller that uses nothing has no entry. */
  byCaller: Map<CallerKey, Use>;
  /** Hears of each refusal. */
  refused(budget: BudgetName): void;
}

/** Gives a use of the budget back. A second call has no effect. */
export type Release = () => void;

/**
 * What all callers of this process have in use. Every limit of one thing has a budget of its caller behind it, over all
 * connections and calls, so that limits do not multiply.
 */
export class CallerBudgets {
  readonly #limits: Record<'client' | 'server', BudgetLimits>;
  readonly #uses: Uses;

  /** @param meter counts what callers are refused. */
  constructor(
    limits: Record<'client' | 'server', BudgetLimits>,
    meter?: Pick<RouterMeter, 'overBudget'> | undefined,
  ) {
    this.#limits = limits;
    this.#uses = { byCaller: new Map(), refused: budget => meter?.overBudget(budget) };
  }

  /** The number of callers that have something in use. */
  get size(): number {
    return this.#uses.byCaller.size;
  }

  /** The budget of a caller. */
  of(key: CallerKey): CallerBudget {
    const limits = this.#limits[kindOfCaller(key) === 'server' ? 'server' : 'client'];
    return new CallerBudget(key, limits, this.#uses);
  }
}

/** What one caller has in use over all its connections and calls, and what it may have. */
export class CallerBudget {
  /** With what says that the caller of a query has gone, in a budget that {@link until} gave. */
  readonly limits: BudgetLimits & { signal?: AbortSignal | undefined };
  readonly #key: CallerKey;
  readonly #uses: Uses;

  constructor(key: CallerKey, limits: CallerBudget['limits'], uses: Uses) {
    this.#key = key;
    this.limits = limits;
    this.#uses = uses;
  }

  /** The same budget for one call, whose queries end when its caller goes. */
  until(signal: AbortSignal | undefined): CallerBudget {
    return new CallerBudget(this.#key, { ...this.limits, signal }, this.#uses);
  }

  /** @throws RollcallError `RATE_LIMITED` when there is no room for another subscription, whatever its filter. */
  checkSubscriptions(): void {
    const { subscriptions } = this.limits;
    if (this.#use().subscriptions < subscriptions) return;
    throw this.#overBudget(
      'subscriptions',
      `at most ${subscriptions} subscriptions over all its connections; end one first`,
    );
  }

  /**
   * Takes a subscription, and the filter that it has. Subscriptions with equal filters share one.
   * @param filter the filter as JSON.
   * @throws RollcallError `RATE_LIMITED` with the number and the limit; then nothing is taken.
   */
  takeSubscription(filter?: string): Release {
    const { liveFilters, liveFilterBytes } = this.limits;
    this.checkSubscriptions();
    const use = this.#use();
    const bytes = filter === undefined || use.filters.has(filter) ? 0 : Buffer.byteLength(filter);
    if (bytes > 0 && use.filters.size >= liveFilters) {
      throw this.#overBudget(
        'live_filters',
        `at most ${liveFilters} different live filters; end a subscription first`,
      );
    }
    if (use.filterBytes + bytes > liveFilterBytes) {
      throw this.#overBudget(
        'live_filter_bytes',
        `at most ${liveFilterBytes} bytes of live filters; this one would make it ${use.filterBytes + bytes}`,
      );
    }
    this.#uses.byCaller.set(this.#key, use);
    use.subscriptions += 1;
    use.filterBytes += bytes;
    if (filter !== undefined) use.filters.set(filter, (use.filters.get(filter) ?? 0) + 1);
    return once(() => {
      use.subscriptions -= 1;
      if (filter !== undefined) dropFilter(use, filter);
      this.#forgetIdle(use);
    });
  }

  /**
   * Takes room for ids that one connection of the caller begins to watch. `giveWatchedIds` gives it back, a part at a time.
   * @throws RollcallError `RATE_LIMITED` with the number and the limit; then nothing is taken.
   */
  takeWatchedIds(bytes: number): void {
    if (bytes === 0) return;
    const use = this.#use();
    const { watchedIdBytes } = this.limits;
    if (use.watchedIdBytes + bytes > watchedIdBytes) {
      throw this.#overBudget(
        'watched_id_bytes',
        `at most ${watchedIdBytes} bytes of ids of users whom its connections watch; this subscription would make it ${use.watchedIdBytes + bytes}`,
      );
    }
    this.#uses.byCaller.set(this.#key, use);
    use.watchedIdBytes += bytes;
  }

  /** @param bytes no more than were taken. */
  giveWatchedIds(bytes: number): void {
    const use = this.#uses.byCaller.get(this.#key);
    if (!use) return;
    use.watchedIdBytes -= bytes;
    this.#forgetIdle(use);
  }

  /**
   * Takes room for a request, or for more of it. What has arrived stays in memory until it is answered, however long it
   * arrives, waits or runs.
   * @throws RollcallError `RATE_LIMITED` with the limit; then nothing is taken.
   */
  takeRequest(bytes: number): Release {
    const use = this.#use();
    if (use.requestBytes + bytes > this.limits.requestBytes) {
      throw this.#overBudget(
        'request_bytes',
        `at most ${this.limits.requestBytes} bytes of requests that are not answered; wait for their answers`,
        REQUEST_RETRY_AFTER_SECONDS,
      );
    }
    this.#uses.byCaller.set(this.#key, use);
    use.requestBytes += bytes;
    return once(() => {
      use.requestBytes -= bytes;
      this.#forgetIdle(use);
    });
  }

  /**
   * Runs a query when it is its turn: no more than `runningQueries` of a caller run at once, the others wait in order.
   * @param signal says that the caller is gone: a query that still waits leaves the queue. {@link until} ends one that runs.
   * @throws RollcallError `RATE_LIMITED` when too many wait already, or the query has waited for too long; then it is not run.
   */
  runQuery<Result>(query: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const limits = turnLimits(['query', 'queries'], {
      running: this.limits.runningQueries,
      waiting: MAX_WAITING_QUERIES,
      retryAfterSeconds: Math.ceil(this.limits.queryMs / 1000),
      refused: () => this.#uses.refused('waiting_queries'),
    });
    return this.#inTurn('queries', turns => turns.run(query, limits, signal));
  }

  /**
   * Runs any other call when it is its turn: two of a caller run at once. So a caller that makes all the calls of a minute
   * at once is the only one that waits for them: the calls of others run in between.
   * @throws RollcallError `RATE_LIMITED` as for a query.
   */
  runCall<Result>(call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const limits = turnLimits(['call', 'calls'], {
      running: RUNNING_CALLS,
      waiting: MAX_WAITING_CALLS,
      retryAfterSeconds: REQUEST_RETRY_AFTER_SECONDS,
      refused: () => this.#uses.refused('waiting_calls'),
    });
    return this.#inTurn('calls', turns => turns.run(call, limits, signal));
  }

  async #inTurn<Result>(kind: 'queries' | 'calls', run: (turns: Turns) => Promise<Result>): Promise<Result> {
    const use = this.#use();
    this.#uses.byCaller.set(this.#key, use);
    try {
      return await run(use[kind]);
    } finally {
      this.#forgetIdle(use);
    }
  }

  #overBudget(budget: BudgetName, limit: string, retryAfterSeconds?: number): RollcallError {
    this.#uses.refused(budget);
    return overBudget(limit, retryAfterSeconds);
  }

  #use(): Use {
    return (
      this.#uses.byCaller.get(this.#key) ?? {
        subscriptions: 0,
        filters: new Map(),
        filterBytes: 0,
        watchedIdBytes: 0,
        requestBytes: 0,
        queries: new Turns(),
        calls: new Turns(),
      }
    );
  }

  #forgetIdle(use: Use): void {
    const { subscriptions, queries, calls, requestBytes, watchedIdBytes } = use;
    const idle = subscriptions + watchedIdBytes + requestBytes === 0 && queries.isIdle && calls.isIdle;
    if (idle && this.#uses.byCaller.get(this.#key) === use) this.#uses.byCaller.delete(this.#key);
  }
}

function dropFilter(use: Use, filter: string): void {
  const others = (use.filters.get(filter) ?? 1) - 1;
  if (others > 0) use.filters.set(filter, others);
  else {
    use.filters.delete(filter);
    use.filterBytes -= Buffer.byteLength(filter);
  }
}

function once(run: () => void): Release {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}

function turnLimits(
  [one, many]: readonly [string, string],
  {
    running,
    waiting,
    retryAfterSeconds,
    refused,
  }: Pick<TurnLimits, 'running' | 'waiting'> & { retryAfterSeconds: number; refused(): void },
): TurnLimits {
  const limit = `at most ${running} running ${running === 1 ? one : many}`;
  const waited = `this one waited ${MAX_WAIT_MS / 1000} s for its turn`;
  return {
    running,
    waiting,
    waitMs: MAX_WAIT_MS,
    tooMany: () => {
      refused();
      return overBudget(`at most ${waiting} ${many} that wait; wait for their answers`, retryAfterSeconds);
    },
    tooLong: () => {
      refused();
      return overBudget(`${limit}; ${waited}`, retryAfterSeconds);
    },
    gone: () => callerGone(`the ${one} was not run`),
  };
}

function overBudget(limit: string, retryAfterSeconds = RETRY_AFTER_SECONDS): RollcallError {
  return new RollcallError('RATE_LIMITED', `a caller has ${limit}`, { retry_after: retryAfterSeconds });
}
