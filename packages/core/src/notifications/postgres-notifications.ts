import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connectPostgres, type PostgresConnection } from '../database/postgres-sources.js';
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
 * The other processes are notified at most this often, whatever happens. A commit with a notification takes a lock that
 * all such commits of a PostgreSQL server share. So there must be few of them, and none in the transaction of a caller.
 */
const INTERVAL_MS = 25;

/** A connection on which nothing was sent for this long is asked whether it still works. */
const KEEP_ALIVE_MS = 5000;

/** A connection that does not answer within this time is given up. */
const ANSWER_MS = 5000;

/** The pause before a lost connection is opened again. It doubles from the first to the longest, and is random. */
const RECONNECT_MS = { first: 100, longest: 5000 };

/** What notifications over PostgreSQL work with. */
export interface PostgresNotificationsOptions {
  url: string;
  /** Gets the notifications of other processes, and `anything` whenever some may have been missed. It must not throw. */
  onReceived: (notification: ProcessNotification) => void;
  /** Hears of a lost connection once, and again only after it has worked. */
  onError: (error: unknown, context: string) => void;
}

/**
 * Notifications over LISTEN and NOTIFY, on a connection of its own for each process. It connects in the background, and
 * again whenever the connection is lost. Meanwhile everything goes on, a little later.
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
    // Processes that cannot be reached look by themselves, and all look when the connection is back.
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
        await this.#connect(() => {
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

  /** Connects, listens and notifies until the connection is lost or this is closed. */
  async #connect(onReady: () => void): Promise<void> {
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
        await this.#sendOrProbe(connection);
        await delay(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
      }
    } finally {
      this.#connected = false;
      this.#pending = undefined;
      await connection.close();
    }
  }

  async #sendOrProbe(connection: PostgresConnection): Promise<void> {
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
