import sql from 'sql-template-tag';
import type { UnitOfWork } from './unit-of-work.js';

/** After a write that failed, the next one is tried so much later: a full disk still takes a small write now and then. */
const RETRY_MS = 5000;

/**
 * Tells whether the storage takes writes: the last one reached it. When it did not, one that changes nothing is tried from
 * time to time while somebody asks. Without that, a process that is sent no writes because it says that it cannot do them
 * would say so for ever.
 */
export class WriteProbe {
  readonly #unitOfWork: UnitOfWork;
  /** When it was last seen that a write failed, by the monotonic clock. */
  #failedAt: number | undefined;

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** It never rejects. */
  async isWritable(): Promise<boolean> {
    const now = performance.now();
    if (this.#unitOfWork.writable) this.#failedAt = undefined;
    else if (this.#failedAt === undefined) this.#failedAt = now;
    else if (now - this.#failedAt >= RETRY_MS) {
      this.#failedAt = now;
      await this.#try();
    }
    return this.#unitOfWork.writable;
  }

  async #try(): Promise<void> {
    try {
      await this.#unitOfWork.write(transaction =>
        transaction.query(sql`UPDATE presence_stream SET last_seq = last_seq WHERE id = 1`),
      );
    } catch {
      // Why it cannot be done is told to those who write.
    }
  }
}
