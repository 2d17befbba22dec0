import sql from 'sql-template-tag';
import type { UnitOfWork } from './unit-of-work.js';

/** After a write that failed, the next one is tried so much later. */
const RETRY_MS = 5000;

/** A full disk still takes a small write now and then; one of so many characters shows that there is room again. */
const ROOM = 'x'.repeat(64 * 1024);

/**
 * Tells whether the storage takes writes: the last one reached it. When it did not, one that leaves nothing is tried from
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
      await this.#unitOfWork.write(async transaction => {
        await transaction.query(
          sql`INSERT INTO export_chunks (task_id, number, content) VALUES ('write probe', 0, ${ROOM})`,
        );
        await transaction.query(sql`DELETE FROM export_chunks WHERE task_id = 'write probe'`);
      });
    } catch {
      // Why it cannot be done is told to those who write.
    }
  }
}
