import type { Dialect } from '../../../src/database/dialect.js';
import type { StorageState } from '../../../src/database/storage-state.js';
import type {
  LoggedListener,
  Queryable,
  Transaction,
  UnitOfWork,
  WriteTransaction,
} from '../../../src/database/unit-of-work.js';

/**
 * The real unit of work behind a gate: a write waits until the test lets it through. To all others, a worker that is
 * never let through again looks like one whose process has died or stopped.
 */
export class GatedUnitOfWork implements UnitOfWork {
  readonly #inner: UnitOfWork;
  readonly #waiting: (() => void)[] = [];
  #allowed = 0;

  constructor(inner: UnitOfWork) {
    this.#inner = inner;
  }

  /** How many writes wait at the gate. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Lets this many writes through, in the order in which they came. */
  allow(count: number): void {
    this.#allowed += count;
    while (this.#allowed > 0 && this.#waiting.length > 0) {
      this.#allowed -= 1;
      this.#waiting.shift()?.();
    }
  }

  async write<Result>(work: (transaction: WriteTransaction) => Promise<Result>): Promise<Result> {
    if (this.#allowed > 0) this.#allowed -= 1;
    else await new Promise<void>(resolve => this.#waiting.push(resolve));
    return this.#inner.write(work);
  }

  read<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#inner.read(work);
  }

  onLogged(listener: LoggedListener): void {
    this.#inner.onLogged(listener);
  }

  get dialect(): Dialect {
    return this.#inner.dialect;
  }

  get state(): StorageState {
    return this.#inner.state;
  }

  get writesAtOnce(): number {
    return this.#inner.writesAtOnce;
  }

  get inTransaction(): boolean {
    return this.#inner.inTransaction;
  }

  aside<Result>(work: (connection: Queryable) => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return this.#inner.aside(work, signal);
  }

  warmUp(): Promise<void> {
    return this.#inner.warmUp();
  }

  scrub(): Promise<boolean> {
    return this.#inner.scrub();
  }

  get writable(): boolean {
    return this.#inner.writable;
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
