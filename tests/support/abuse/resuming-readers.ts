import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./resuming-readers.mjs', import.meta.url));

/** Who reads: each token has so many connections, with so many subscriptions each. */
export interface ReadersSetup {
  url: string;
  tokens: string[];
  connections: number;
  subscriptions: number;
}

/** What all readers together have received. */
export interface Received {
  readers: number;
  pages: number;
  /** Events that one of them did not get. */
  missing: number;
  /** Events that one of them got more than once. */
  twice: number;
}

/** What the program of the readers says. */
type Said = 'ready' | { seen: Received } | { failure: string };

/**
 * Listeners that fall behind and catch up all at once. They live in a process of their own: what they receive must not keep
 * those waiting whose times are measured.
 */
export class ResumingReaders {
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Starts them. Each token listens to everybody until it has a position, and falls behind from there. */
  static async start(setup: ReadersSetup): Promise<ResumingReaders> {
    const readers = new ResumingReaders(fork(PROGRAM));
    readers.#process.send(setup);
    const said = await readers.#answer();
    if (said !== 'ready') throw new Error(`the readers could not begin: ${JSON.stringify(said)}`);
    return readers;
  }

  /** Lets all of them resume. @returns what they have received when all have come to a position, and perhaps further. */
  async catchUp(position: string): Promise<Received> {
    this.#process.send({ upTo: Number(/\.(\d+)/.exec(position)?.[1]) });
    const said = await this.#answer();
    if (said === 'ready' || 'failure' in said) throw new Error(`a reader failed: ${JSON.stringify(said)}`);
    return said.seen;
  }

  end(): void {
    this.#process.disconnect();
  }

  async #answer(): Promise<Said> {
    const [said] = (await once(this.#process, 'message')) as [Said];
    return said;
  }
}
