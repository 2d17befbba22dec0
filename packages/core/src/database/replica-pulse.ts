import type { QueryRunner } from 'typeorm';
import { discardConnection } from './postgres-sources.js';

/** After this time it is looked whether the server of a read still answers, and as often for as long as the read runs. */
const SLOW_MS = 1000;

/** What a pulse works with. */
export interface ReplicaPulseOptions {
  /** Finds out whether the server answers those who come now. It never throws. */
  answers: () => Promise<boolean>;
  /** Hears that it does not, before the connections are given up. */
  onSilence: (error: Error) => void;
}

/**
 * Notices that a server has stopped answering while reads run on it: it is paused, or cut off without a word. A statement that
 * takes long looks the same from outside, so somebody else has to ask the server. Then the connections of all these reads are
 * given up. Otherwise each would wait for as long as its statement may take.
 */
export class ReplicaPulse {
  readonly #options: ReplicaPulseOptions;
  readonly #watched = new Map<QueryRunner, number>();
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;

  constructor(options: ReplicaPulseOptions) {
    this.#options = options;
  }

  /** A read has this connection from now on. @returns what says that the read is over. */
  watch(connection: QueryRunner): () => void {
    this.#watched.set(connection, performance.now());
    this.#timer ??= setInterval(() => void this.#look(), SLOW_MS / 2);
    return () => {
      this.#watched.delete(connection);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async #look(): Promise<void> {
    const slow = [...this.#watched].filter(([, since]) => performance.now() - since >= SLOW_MS);
    if (slow.length === 0 || this.#isAsking) return;
    this.#isAsking = true;
    const answered = await this.#options.answers();
    this.#isAsking = false;
    const silence = new Error('it does not answer any more');
    if (!answered) this.#options.onSilence(silence);
    for (const [connection, since] of slow) {
      // It may be over, and the connection with somebody else.
      if (this.#watched.get(connection) !== since) continue;
      if (answered) this.#watched.set(connection, performance.now());
      else await discardConnection(connection, silence);
    }
  }
}
