import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOCKETS = join(fileURLToPath(import.meta.url), '../storm-sockets.mjs');

/** A user who connects, and the token it does so with. */
export interface StormUser {
  id: string;
  token: string;
}

/** How long something took until all were connected, and how often one had to try again. */
export interface StormReport {
  ms: number;
  retries: number;
}

/** Many live connections of many users, held by a process of their own. */
export class Storm {
  readonly #child = fork(SOCKETS);
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Connects everybody: evenly spread over the time, or each at a random moment of it. */
  connect(users: readonly StormUser[], spread: { overMs: number; random?: true }): Promise<StormReport> {
    return this.#tell({ do: 'connect', url: this.#url, users, ...spread });
  }

  /** Cuts all connections off at once. */
  terminate(): Promise<StormReport> {
    return this.#tell({ do: 'terminate' });
  }

  /** Closes the connections of some users. */
  close(ids: readonly string[]): Promise<StormReport> {
    return this.#tell({ do: 'close', ids });
  }

  async end(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }

  async #tell(command: object): Promise<StormReport> {
    this.#child.send(command);
    const [report] = (await once(this.#child, 'message')) as [StormReport];
    return report;
  }
}
