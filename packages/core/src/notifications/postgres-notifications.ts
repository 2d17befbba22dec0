import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectPostgres, type PostgresConnection } from '../database/data-sources.js';
import { Notifier } from './notifier.js';
import {
  decodeNotification,
  encodeNotification,
  mergeNotifications,
  type ProcessNotification,
  type ProcessNotifications,
} from './process-notifications.js';

const CHANNEL = 'rollcall';

/**
 * Other processes are reported at most this often, whatever happens. A commit with a notification takes a lock that all such
 * commits of a PostgreSQL server share, so there must be few of them, and none within anybody's transaction.
 */
const INTERVAL_MS = 25;

/** A connection that has had nothing to say for so long is asked whether it is still there. */
const KEEP_ALIVE_MS = 5000;

/** A connection that does not answer within this time is given up. */
const ANSWER_MS = 5000;

/** The pause before a lost connection is opened again; it doubles up to the second, and is random. */
const RECONNECT_MS = { first: 100, longest: 5000 };

/** What hints over PostgreSQL work with. */
export interface PostgresNotificationsOptions {
  url: string;
  /** Hears what the other processes tell, and of `anything` whenever they may not have been heard. It must not throw. */
  onReceived: (notification: ProcessNotification) => void;
  /** Hears of a lost connection once, not again until it has been there. */
  onError: (error: unknown, context: string) => void;
}

/**
 * Hints over LISTEN and NOTIFY, on one connection of its own for each process. It connects in the background and again
 * for ever: without it, everything goes on a little later.
 */
export class PostgresNotifications implements ProcessNotifications {
  readonly #options: PostgresNotificationsOptions;
  readonly #self = randomUUID();
  readonly #closing = new AbortController();
  readonly #notifier = new Notifier();
  readonly #running: Promise<void>;
  #pending: ProcessNotification | undefined;
  #connected = false;

  constructor(options: PostgresNotificationsOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  tell(notification: ProcessNotification): void {
    // Whoever cannot be reached looks by itself, and everybody looks when the connection is back.
    if (!this.#connected) return;
    this.#pending = mergeNotifications(this.#pending ?? {}, notification);
    this.#notifier.notify();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    let pauseMs = RECONNECT_MS.first;
    let reported = false;
    while (!signal.aborted) {
      try {
        await this.#serve(() => {
          pauseMs = RECONNECT_MS.first;
          reported = false;
        });
      } catch (error) {
        if (!reported && !signal.aborted) this.#options.onError(error, 'hints between processes');
        reported = true;
      }
      await delay(Math.random() * pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, RECONNECT_MS.longest);
    }
  }

  /** Connects, listens and tells until the connection is lost or nobody wants it any more. */
  async #serve(onReady: () => void): Promise<void> {
    const { signal } = this.#closing;
    const connection = await connectPostgres(this.#options.url, {
      answerMs: ANSWER_MS,
      onNotification: payload => this.#hear(payload),
      onLost: () => this.#notifier.notify(),
    });
    try {
      await connection.query(`LISTEN ${CHANNEL}`);
      this.#connected = true;
      onReady();
      this.#options.onReceived({ anything: true });
      while (!signal.aborted) {
        await this.#tellOrAsk(connection);
        await delay(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      this.#connected = false;
      this.#pending = undefined;
      await connection.close();
    }
  }

  async #tellOrAsk(connection: PostgresConnection): Promise<void> {
    const { signal } = this.#closing;
    if (!this.#pending) await this.#notifier.sleep(KEEP_ALIVE_MS, signal);
    if (signal.aborted) return;
    const notification = this.#pending;
    this.#pending = undefined;
    if (notification)
      await connection.query('SELECT pg_notify($1, $2)', [
        CHANNEL,
        encodeNotification(this.#self, notification),
      ]);
    else await connection.query('SELECT 1');
  }

  #hear(payload: string): void {
    const notification = decodeNotification(this.#self, payload);
    if (notification) this.#options.onReceived(notification);
  }
}
