import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '@rollcall/protocol';
import type { DirectoryMeter } from '../database/instruments.js';
import { SerialQueue } from '../database/serial-queue.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { Notifier } from '../notifications/notifier.js';
import { EndpointRun, type RunTools } from './endpoint-run.js';
import { claimEndpoint, EndpointOvertaken, lookForEndpoints } from './held-endpoint.js';
import { entryReader } from './read-entry.js';
import type { WebhookSender } from './webhook-sender.js';

/** What a worker is made of. */
export interface WebhookWorkerOptions {
  unitOfWork: UnitOfWork;
  sender: WebhookSender;
  /** Epoch milliseconds. */
  clock: () => number;
  /** Hears of every error. */
  onError: (error: unknown, context: string) => void;
  /** Counts what it does. */
  meter?: DirectoryMeter | undefined;
  /** How long it holds an endpoint after each commit; default 30 s. */
  leaseMs?: number;
  /** How often it looks for something to do without a notification; default 1 s. */
  pollMs?: number;
  /** How long requests that run may take when it stops; default 3 s. */
  stopMs?: number;
}

/** Notifications make it look so often at most. */
const LOOK_MS = 50;

/**
 * Sends the events of the log to the endpoints, in the background of a process. Any number of workers, in any number of
 * processes on one database, share the endpoints: one at a time works on an endpoint, and when it dies another goes on where
 * it was. The log is the queue (docs/contract/webhooks.md).
 */
export class WebhookWorker {
  readonly #options: Required<Omit<WebhookWorkerOptions, 'meter'>>;
  readonly #tools: RunTools;
  readonly #notifier = new Notifier();
  readonly #stopping = new AbortController();
  readonly #cutting = new AbortController();
  readonly #runs = new Map<string, { run: EndpointRun; done: Promise<void> }>();
  #looking: Promise<void> | undefined;
  /** Whether the last look found endpoints that nobody held. */
  #isOpen = true;

  constructor(options: WebhookWorkerOptions) {
    this.#options = { leaseMs: 30_000, pollMs: 1000, stopMs: 3000, ...options };
    const { unitOfWork, sender, clock, leaseMs } = this.#options;
    const { meter } = options;
    // Every run and every request listens. There are many of them, and that is no leak.
    setMaxListeners(0, this.#stopping.signal, this.#cutting.signal);
    // A run waits in it once.
    const planning = new SerialQueue(LIMITS.webhooks * 2);
    this.#tools = { unitOfWork, sender, clock, leaseMs, planning, meter, readEntry: entryReader(unitOfWork) };
  }

  /** Begins to send. A second call does nothing. */
  start(): void {
    this.#looking ??= this.#look();
  }

  /** The log has grown. Where all endpoints are held, or there are none, that is nothing to look for. */
  notify(): void {
    if (this.#isOpen) this.#notifier.notify();
    for (const { run } of this.#runs.values()) run.notify();
  }

  /** An endpoint has changed. */
  notifyChanged(): void {
    this.#isOpen = true;
    this.notify();
  }

  /**
   * Begins nothing more, and resolves when the requests that run have their answers, or have taken too long and were cut off:
   * those are sent again. The endpoints are released, so that another worker goes on at once.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const timer = setTimeout(() => this.#cutting.abort(), this.#options.stopMs);
    await this.#looking;
    await Promise.all([...this.#runs.values()].map(({ done }) => done));
    clearTimeout(timer);
  }

  async #look(): Promise<void> {
    const { unitOfWork, pollMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const { claimable, open } = await lookForEndpoints(unitOfWork);
        this.#isOpen = open > 0;
        for (const id of claimable) if (!this.#runs.has(id)) await this.#take(id);
      } catch (error) {
        this.#report(error, 'looking for webhooks with something to send');
      }
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      await this.#notifier.sleep(pollMs - LOOK_MS, signal);
    }
  }

  async #take(id: string): Promise<void> {
    const { unitOfWork, leaseMs } = this.#options;
    const claimedAt = performance.now();
    const row = this.#stopping.signal.aborted ? undefined : await claimEndpoint(unitOfWork, { id, leaseMs });
    if (!row) return;
    const run = new EndpointRun(this.#tools, row, claimedAt);
    const done = run
      .run(this.#stopping.signal, this.#cutting.signal)
      // Who has lost it leaves it to the other one. After any other error its lease ends, and it is taken again.
      .catch((error: unknown) => {
        if (!(error instanceof EndpointOvertaken)) this.#report(error, `sending to the webhook ${id}`);
      })
      .finally(() => {
        this.#runs.delete(id);
        this.notifyChanged();
      });
    this.#runs.set(id, { run, done });
  }

  #report(error: unknown, context: string): void {
    try {
      this.#options.onError(error, context);
    } catch {
      // A listener that throws must not stop the work.
    }
  }
}
