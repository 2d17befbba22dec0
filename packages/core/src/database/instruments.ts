import type { TaskStatus, TaskType, WebhookDeliveryStatus } from '@rollcall/protocol';
import type { ReadLane } from './read-lane.js';

/** How a write has ended, and how long its parts took. */
export interface EndedWrite {
  /** `rolled_back`: it was refused, or has failed. `unavailable`: the storage could not do it. */
  outcome: 'committed' | 'rolled_back' | 'unavailable';
  /** How long it waited for its turn, or for a connection. */
  waitMs: number;
  /** From then until its end, the commit included. */
  heldMs: number;
  /** The commit alone; absent when it did not come to that. */
  commitMs?: number;
}

/** How a step of a task has ended. `overtaken`: another worker has taken the task. */
export type StepOutcome = 'committed' | 'failed' | 'overtaken';

/** What became of a read that a replica may serve. */
export type ReplicaOutcome = 'served' | 'behind' | 'failed' | 'skipped';

/** What counts and times what the directory does. Every method must be quick and must not throw. */
export interface DirectoryMeter {
  wrote(write: EndedWrite): void;
  /** A write that collided with another one begins again. */
  writesAgain(): void;
  /** A read begins that has waited for a reader, or for a connection. */
  reads(lane: ReadLane['lane'], waitMs: number): void;
  /**
   * What became of a read that a replica may serve, where there are replicas. Unless one has `served` it, it went on at the
   * primary: the replica was `behind`, has `failed`, or was not asked (`skipped`): all were in trouble just before, it had too much to do, or
   * the primary did not say how far it is.
   */
  readsAtReplica(outcome: ReplicaOutcome): void;
  /** A query was ended before it was done. */
  stoppedQuery(reason: 'time' | 'caller_gone'): void;
  /** A commit of this process has added so many events to the log. */
  logged(events: number): void;
  stepped(type: TaskType, step: { outcome: StepOutcome; ms: number }): void;
  /** A task has ended. */
  ended(type: TaskType, status: TaskStatus): void;
  /** A request to a webhook has ended. */
  triedWebhook(outcome: 'delivered' | 'failed', ms: number): void;
  /** So many deliveries of a webhook will not be tried again, unless somebody asks for it; that is stored. */
  endedDeliveries(status: Exclude<WebhookDeliveryStatus, 'pending'>, count: number): void;
}

/** What of the directory is worth a span of a trace. It holds no value of a person. */
export type DirectorySpan =
  | { span: 'write' }
  | { span: 'task step'; type: TaskType; taskId: string }
  | { span: 'webhook try'; deliveryId: string };

/**
 * Runs something as a span of a trace. It gives back, and throws, what `run` does.
 * @param outcomeOf what came of it, where that is no error.
 */
export type DirectoryTrace = <Result>(
  span: DirectorySpan,
  run: () => Promise<Result>,
  outcomeOf?: (result: Result) => string,
) => Promise<Result>;

/**
 * Who watches a directory from outside. Both are ports: this package knows neither Prometheus nor OpenTelemetry. Where they
 * are absent, nothing is timed.
 */
export interface DirectoryInstruments {
  meter?: DirectoryMeter | undefined;
  trace?: DirectoryTrace | undefined;
}
