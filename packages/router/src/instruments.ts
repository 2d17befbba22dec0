import type { ErrorCode } from '@rollcall/protocol';
import type { ProcedureType } from '@trpc/server';

/** What came of a call. `caller_gone`: nobody was left to be answered, and it was ended or not run. */
export type CallOutcome = 'ok' | 'caller_gone' | ErrorCode;

/** What a caller has a budget of. */
export type BudgetName =
  | 'subscriptions'
  | 'live_filters'
  | 'live_filter_bytes'
  | 'watched_id_bytes'
  | 'request_bytes'
  | 'waiting_queries'
  | 'waiting_calls';

/** A call that has ended; of a subscription, its beginning. */
export interface EndedCall {
  procedure: string;
  type: ProcedureType;
  outcome: CallOutcome;
  ms: number;
}

/** What counts and times what the router does. Every method must be quick and must not throw. */
export interface RouterMeter {
  called(call: EndedCall): void;
  /** A page of new events goes to its listener. @param at the moment of its first event, epoch milliseconds. */
  paged(at: number): void;
  /** A caller was refused something because its budget has no room. */
  overBudget(budget: BudgetName): void;
  /** A connection was closed because its peer read too slowly. */
  tooSlow(): void;
}

/** What of the router is worth a span of a trace. It holds no value of a person. */
export type RouterSpan =
  | { span: 'call'; procedure: string; type: ProcedureType; requestId: string }
  | { span: 'event page'; events: number };

/**
 * Runs something as a span of a trace. It gives back, and throws, what `run` does.
 * @param outcomeOf what came of it, where that is no error.
 */
export type RouterTrace = <Result>(
  span: RouterSpan,
  run: () => Result,
  outcomeOf?: (result: Awaited<Result>) => string,
) => Result;

/**
 * Who watches the router from outside. Both are ports: this package knows neither Prometheus nor OpenTelemetry. Where they are
 * absent, nothing is timed.
 */
export interface RouterInstruments {
  meter?: RouterMeter | undefined;
  trace?: RouterTrace | undefined;
}
