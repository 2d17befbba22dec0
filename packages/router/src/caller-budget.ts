import { type BudgetLimits, RollcallError } from '@rollcall/protocol';
import type { Caller } from './caller.js';

/** Queries of one caller that may wait for their turn. */
const MAX_WAITING_QUERIES = 100;

/** How long a query waits for those of the same caller before it is refused. */
const MAX_QUERY_WAIT_MS = 30_000;

/** Requests are answered sooner than that. */
const REQUEST_RETRY_AFTER_SECONDS = 1;

/** The caller stays over its budget until it ends something. */
const RETRY_AFTER_SECONDS = 60;

/** Where a call comes from, as the host says it. */
interface Origin {
  budgets: CallerBudgets;
  /** The address that guests and callers without a user count by. */
  address: string;
  authentication: { tokenDigest?: string | undefined };
}

/** What a caller has in use now. */
interface Use {
  subscriptions: number;
  /** The subscriptions that have each filter, by its JSON. */
  filters: Map<string, number>;
  filterBytes: number;
  requestBytes: number;
  queries: number;
  /** The queries that wait, in order: each begins when it is called. */
  waiting: (() => void)[];
}

/** Gives a use of the budget back. A second call has no effect. */
export type Release = () => void;

/**
 * What all callers of this process have in use. Every limit of one thing has a budget of its caller behind it, over all
 * connections and calls, so that limits do not multiply.
 */
export class CallerBudgets {
  readonly #limits: Record<'client' | 'server', BudgetLimits>;
  readonly #uses = new Map<string, Use>();

  constructor(limits: Record<'client' | 'server', BudgetLimits>) {
    this.#limits = limits;
  }

  /** The number of callers that have something in use. */
  get size(): number {
    return this.#uses.size;
  }

  /**
   * The budget of a caller.
   * @param key names the caller: all its connections and calls give the same.
   * @param kind whose limits hold.
   */
  of(key: string, kind: 'client' | 'server'): CallerBudget {
    return new CallerBudget(key, this.#limits[kind], this.#uses);
  }
}

/**
 * The budget of who calls. A user counts over all its connections and calls; guests, and callers without a user, count by
 * address, since one address can have any number of them; server tokens count each for itself.
 */
export function budgetOf({ budgets, address, authentication }: Origin, caller: Caller): CallerBudget {
  if (caller.kind === 'server') return budgets.of(`server ${authentication.tokenDigest ?? ''}`, 'server');
  const alone = caller.kind === 'user' && caller.role !== 'guest';
  // Neither an id nor an address contains a space.
  return budgets.of(alone ? `user ${caller.userId}` : `address ${address}`, 'client');
}

/** What one caller has in use over all its connections and calls, and what it may have. */
export class CallerBudget {
  /** With what says that the caller of a query has gone, in a budget that {@link until} gave. */
  readonly limits: BudgetLimits & { signal?: AbortSignal | undefined };
  readonly #key: string;
  readonly #uses: Map<string, Use>;

  /** @param uses what callers have in use, by key; a caller that uses nothing has no entry. */
  constructor(key: string, limits: CallerBudget['limits'], uses: Map<string, Use>) {
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
    throw overBudget(`at most ${subscriptions} subscriptions over all its connections; end one first`);
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
      throw overBudget(`at most ${liveFilters} different live filters; end a subscription first`);
    }
    if (use.filterBytes + bytes > liveFilterBytes) {
      throw overBudget(
        `at most ${liveFilterBytes} bytes of live filters; this one would make it ${use.filterBytes + bytes}`,
      );
    }
    this.#uses.set(this.#key, use);
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
   * Takes room for a request, or for more of it. What has arrived stays in memory until it is answered, however long it
   * arrives, waits or runs.
   * @throws RollcallError `RATE_LIMITED` with the limit; then nothing is taken.
   */
  takeRequest(bytes: number): Release {
    const use = this.#use();
    if (use.requestBytes + bytes > this.limits.requestBytes) {
      throw overBudget(
        `at most ${this.limits.requestBytes} bytes of requests that are not answered; wait for their answers`,
        REQUEST_RETRY_AFTER_SECONDS,
      );
    }
    this.#uses.set(this.#key, use);
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
  async runQuery<Result>(query: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    const use = this.#use();
    if (use.queries < this.limits.runningQueries) use.queries += 1;
    else {
      if (use.waiting.length >= MAX_WAITING_QUERIES) {
        throw overBudget(
          `at most ${MAX_WAITING_QUERIES} queries that wait; wait for their answers`,
          this.#querySeconds,
        );
      }
      await this.#turn(use, signal);
    }
    this.#uses.set(this.#key, use);
    try {
      return await query();
    } finally {
      this.#endQuery(use);
    }
  }

  get #querySeconds(): number {
    return Math.ceil(this.limits.queryMs / 1000);
  }

  /** Waits until a query that ends hands its place over, so the number of running queries stays as it is. */
  async #turn(use: Use, signal: AbortSignal | undefined): Promise<void> {
    let begin = (): void => undefined;
    let refuse: (error: RollcallError) => void = () => undefined;
    const turn = new Promise<void>((resolve, reject) => {
      begin = resolve;
      refuse = reject;
    });
    const leave = () => refuse(new RollcallError('UNAVAILABLE', 'the caller is gone; the query was not run'));
    const tooLong = setTimeout(() => {
      const { runningQueries } = this.limits;
      const limit = `at most ${runningQueries} running ${runningQueries === 1 ? 'query' : 'queries'}`;
      refuse(
        overBudget(
          `${limit}; this one waited ${MAX_QUERY_WAIT_MS / 1000} s for its turn`,
          this.#querySeconds,
        ),
      );
    }, MAX_QUERY_WAIT_MS);
    use.waiting.push(begin);
    signal?.addEventListener('abort', leave, { once: true });
    if (signal?.aborted) leave();
    try {
      await turn;
    } catch (error) {
      const place = use.waiting.indexOf(begin);
      // A query that was called in the same moment has a place already, which goes to the next.
      if (place >= 0) use.waiting.splice(place, 1);
      else this.#endQuery(use);
      throw error;
    } finally {
      clearTimeout(tooLong);
      signal?.removeEventListener('abort', leave);
    }
  }

  #endQuery(use: Use): void {
    const next = use.waiting.shift();
    if (next) next();
    else use.queries -= 1;
    this.#forgetIdle(use);
  }

  #use(): Use {
    return (
      this.#uses.get(this.#key) ?? {
        subscriptions: 0,
        filters: new Map(),
        filterBytes: 0,
        requestBytes: 0,
        queries: 0,
        waiting: [],
      }
    );
  }

  #forgetIdle(use: Use): void {
    if (use.subscriptions === 0 && use.queries === 0 && use.requestBytes === 0) this.#uses.delete(this.#key);
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

function overBudget(limit: string, retryAfterSeconds = RETRY_AFTER_SECONDS): RollcallError {
  return new RollcallError('RATE_LIMITED', `a caller has ${limit}`, { retry_after: retryAfterSeconds });
}
