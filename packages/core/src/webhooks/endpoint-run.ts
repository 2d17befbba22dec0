import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { DirectoryMeter } from '../database/instruments.js';
import type { SerialQueue } from '../database/serial-queue.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { EventRow } from '../events/event-tables.js';
import { Notifier } from '../notifications/notifier.js';
import { commitTurn, isPaused, reachedBy } from './commit-turn.js';
import { countEnded, countTries } from './count-outcomes.js';
import type { EndpointRow } from './endpoint-table.js';
import { type HeldEndpoint, readHeldEndpoint, saveHeldEndpoint } from './held-endpoint.js';
import { Pace } from './pace.js';
import { type Cursor, type KnownOfEndpoint, planTurn } from './plan-turn.js';
import { sendDeliveries } from './send-deliveries.js';
import type { WebhookSender } from './webhook-sender.js';

/** What a run works with. */
export interface RunTools {
  unitOfWork: UnitOfWork;
  sender: WebhookSender;
  readEntry(seq: number): Promise<EventRow | undefined>;
  clock: () => number;
  /** The runs of a worker look into the log one after the other, so that all together hold up a lookup by one page at most. */
  planning: SerialQueue;
  meter?: DirectoryMeter | undefined;
  /** How long an endpoint is held after each commit. It has to be longer than a turn with its last requests. */
  leaseMs: number;
}

/** After this part of its time a lease is renewed, or given back when there was nothing to do since it was. */
const RENEWALS = 6;

/** It looks so often without a notification, as other workers do. */
const POLL_MS = 1000;

/** While there is news for which nothing is sent, it is looked at so often at most. */
const BUSY_MS = 100;

/**
 * Works on one endpoint for as long as this worker holds it: turn after turn while there is something to send, and a moment
 * longer, since more is likely to come.
 */
export class EndpointRun {
  readonly #tools: RunTools;
  readonly #held: HeldEndpoint;
  readonly #notifier = new Notifier();
  readonly #pace = new Pace();
  #cursor: Cursor;
  /** What the turn before went by. */
  #before: Pick<KnownOfEndpoint, 'epoch' | 'selection'> = {};
  /** When the lease was renewed, by a clock that only goes forward. */
  #renewedAt: number;

  /** @param claimedAt before the endpoint was claimed, by `performance.now`. */
  constructor(tools: RunTools, { id, fence, seq, sequence }: EndpointRow, claimedAt: number) {
    this.#tools = tools;
    this.#held = { id, fence };
    this.#cursor = { seq, sequence };
    this.#renewedAt = claimedAt;
  }

  /** There may be something to do. */
  notify(): void {
    this.#notifier.notify();
  }

  /**
   * Resolves when there is nothing to do for a while, or the signals abort; the endpoint is released then.
   * @param stopping begins nothing more. @param cutting ends requests that run.
   * @throws EndpointOvertaken
   */
  async run(stopping: AbortSignal, cutting: AbortSignal): Promise<void> {
    const { leaseMs } = this.#tools;
    const heldMs = () => performance.now() - this.#renewedAt;
    // An endpoint without news is given back, since to keep it costs writes.
    let isQuiet = false;
    while (!stopping.aborted) {
      if (heldMs() >= leaseMs / RENEWALS) {
        if (isQuiet) break;
        await this.#save(leaseMs);
        isQuiet = true;
      }
      const { seq } = this.#cursor;
      const turn = await this.#turn(stopping, cutting);
      if (turn === 'released') return;
      if (turn.didSomething || this.#cursor.seq !== seq) isQuiet = false;
      if (turn.isMore) {
        await turnOfTheLoop();
        continue;
      }
      const leftMs = Math.max(1, leaseMs / RENEWALS - heldMs());
      await this.#notifier.sleep(Math.max(1, Math.min(leftMs, turn.dueInMs, POLL_MS)), stopping);
      if (!turn.didSomething && !stopping.aborted) await pause(BUSY_MS);
    }
    await this.#save(0);
  }

  async #turn(stopping: AbortSignal, cutting: AbortSignal): Promise<Turn> {
    const { unitOfWork, sender, readEntry, clock, planning, meter, leaseMs } = this.#tools;
    const held = this.#held;
    const known = { ...this.#cursor, ...this.#before };
    const plan = await planning.run(() => planTurn(unitOfWork, held, known));
    this.#before = { epoch: plan.epoch, selection: plan.selection };
    const outcomes = await sendDeliveries(plan, {
      sender,
      readEntry,
      clock,
      pace: ({ rate_limit }, signal) => this.#pace.wait(rate_limit, signal),
      stopping,
      cutting,
    });
    countTries(outcomes, meter);
    const reached = reachedBy(plan, outcomes);
    this.#cursor = { seq: reached.seq, sequence: reached.sequence };
    if (outcomes.size === 0 && reached.waiting.length === 0) {
      // What waits was counted at the last commit. If it is due by that and nothing was, it is counted again.
      const isWrong = dueIn(plan.endpoint, clock()) <= 0 && plan.jobs.length === 0;
      const endpoint = isWrong ? await this.#save(leaseMs) : plan.endpoint;
      return { isMore: reached.isMore, dueInMs: dueIn(endpoint, clock()), didSomething: false };
    }
    const committedAt = performance.now();
    const endpoint = await commitTurn({ unitOfWork, held, plan, outcomes, leaseMs });
    this.#renewedAt = committedAt;
    countEnded(outcomes, meter);
    if (endpoint.disabled_reason !== undefined || isPaused(endpoint, clock())) return 'released';
    const dueInMs = dueIn(endpoint, clock());
    return { isMore: reached.isMore || dueInMs <= 0, dueInMs, didSomething: true };
  }

  /** Writes how far it got, and keeps or releases the endpoint. */
  async #save(leaseMs: number): Promise<EndpointRow> {
    const startedAt = performance.now();
    const saved = await this.#tools.unitOfWork.write(async transaction => {
      const row = await readHeldEndpoint(transaction, this.#held, transaction.dialect.forUpdate);
      return saveHeldEndpoint(transaction, { ...row, ...this.#cursor }, leaseMs);
    });
    this.#renewedAt = startedAt;
    return saved;
  }
}

type Turn = 'released' | { isMore: boolean; dueInMs: number; didSomething: boolean };

/** In how many milliseconds something that waits is due. */
function dueIn({ due_at = Number.POSITIVE_INFINITY }: EndpointRow, now: number): number {
  return due_at - now;
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
