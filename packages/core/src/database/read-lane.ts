import { type BudgetLimits, CALLER_BUDGETS } from '@rollcall/protocol';

/**
 * How a read is served.
 *
 * - `lookup`, the default: reads whose cost no caller decides, such as users by id, rights, settings and pages of the log.
 *   One that is part of a long way, such as a replay, may be served by a replica (`BULK_LOOKUP`).
 * - `query`: whatever searches, sorts or collects by what a caller asks for. Queries have readers of their own, so lookups
 *   and writes wait for none of them, however many there are. A query may run for `limitMs`, its wait for its turn not
 *   included, and then ends with `QUERY_TOO_EXPENSIVE`. It ends as well when nobody waits for its answer any more, as
 *   `signal` says. A replica may serve it.
 */
export type ReadLane = { lane: 'lookup'; inBulk?: true } | ({ lane: 'query' } & QueryEnds);

/** The lane of lookups of which many come one after another. */
export const BULK_LOOKUP: ReadLane = { lane: 'lookup', inBulk: true };

/** Whether a replica may serve a read. Wherever it is served, it sees all that was acknowledged before it was asked for. */
export function maySeekReplica(lane: ReadLane): boolean {
  return lane.lane === 'query' || lane.inBulk === true;
}

/** When a query ends by itself. */
export interface QueryEnds {
  limitMs: number;
  signal?: AbortSignal | undefined;
}

/** How long a query of the caller may run, and what says that its caller has gone. */
export type QueryLimits = Pick<BudgetLimits, 'queryMs'> & { signal?: AbortSignal | undefined };

/** Queries that may wait for their turn, in all. */
export const MAX_WAITING_QUERIES = 1000;

/** How long a query waits for its turn before it is refused. */
export const MAX_QUERY_WAIT_MS = 10_000;

/** How long it waits at a replica before it goes to the primary, where it may have to wait again. */
export const MAX_REPLICA_WAIT_MS = 2000;

/** The lane of a query. Without a caller's limit it has the time that a server token has by default. */
export function queryLane({ queryMs, signal }: QueryLimits = CALLER_BUDGETS.server): ReadLane {
  return { lane: 'query', limitMs: queryMs, signal };
}
