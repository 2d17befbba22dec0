import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { RENEW, type SqliteReader } from './sqlite-reader.js';

/** The program that the process runs. */
const PROGRAM = new URL('./reader-program.js', import.meta.url);

/** The most memory of one reader's JavaScript: a page of rows takes a small part of it. */
const MAX_HEAP_MB = 256;

/** What `reader-program.js` is told when it starts. */
export interface ReaderProgram {
  /** The path of the driver's module. */
  driver: string;
  file: string;
  pragmas: readonly string[];
}

interface Answer {
  id: number;
  rows?: Record<string, unknown>[];
  error?: Failure;
}

interface Failure {
  code?: string;
  message: string;
}

interface Pending {
  resolve(rows: Record<string, unknown>[]): void;
  reject(error: Error): void;
}

/**
 * A reader in a process of its own, for a driver whose statements block the thread that they run on. A thread would not
 * do: nothing ends a statement of such a driver but itself, and a thread that is told to end goes on until then. A process
 * can be killed at any moment, and the operating system lets go of what it held.
 */
export class ReaderProcess implements SqliteReader {
  readonly interruptEnds = true;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended = false;
  /** Why it could not open the file. */
  #unopened: Failure | undefined;

  constructor(program: ReaderProgram) {
    this.#process = fork(PROGRAM, [JSON.stringify(program)], {
      serialization: 'advanced',
      execArgv: [`--max-old-space-size=${MAX_HEAP_MB}`],
      // It does not need the secrets of the server.
      env: {},
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#process.on('message', message => {
      const said = message as Answer | { unopened: Failure };
      if ('unopened' in said) this.#giveUp(said.unopened);
      else this.#settle(said);
    });
    this.#process.on('exit', () => this.#end());
    this.#process.on('error', () => this.#end());
  }

  /** The id of the process. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  query(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return this.#ask({ text, values });
  }

  async renew(): Promise<void> {
    await this.#ask({ script: RENEW.join('; ') });
  }

  #ask(
    what: { text: string; values: readonly unknown[] } | { script: string },
  ): Promise<Record<string, unknown>[]> {
    if (this.#ended) return Promise.reject(this.#lost());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#process.send({ id, ...what }, error => {
        if (error) this.#settle({ id, error: { message: readerLost().message } });
      });
    });
  }

  interrupt(): void {
    this.#process.kill('SIGKILL');
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }

  #settle({ id, rows = [], error }: Answer): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) pending?.reject(errorOf(error));
    else pending?.resolve(rows);
  }

  #giveUp(why: Failure): void {
    this.#unopened = why;
    this.#process.kill('SIGKILL');
  }

  #end(): void {
    this.#ended = true;
    for (const { reject } of this.#pending.values()) reject(this.#lost());
    this.#pending.clear();
  }

  #lost(): Error {
    return this.#unopened ? errorOf(this.#unopened) : readerLost();
  }
}

function errorOf({ code, message }: Failure): Error {
  return Object.assign(new Error(message), { code });
}

/** The storage's errors know this text. */
function readerLost(): Error {
  return new Error('the reader process ended');
}
