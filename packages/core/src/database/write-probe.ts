import sql from 'sql-template-tag';
import type { UnitOfWork } from './unit-of-work.js';

/** How long after a failed write the next one is tried. */
const RETRY_MS = 5000;

/** A full disk still takes a small write now and then. A write of this size shows that there is room again. */
const ROOM = 'x'.repeat(64 * 1024);

/**
 * Tells whether the storage takes writes, which is whether the last write reached it. After a failed write it tries one
 * that leaves nothing behind, from time to time, while somebody asks. Without that, a process that says it cannot write
 * would be sent no more writes, and would say so for ever.
 */
export class WriteProbe {
  readonly #unitOfWork: UnitOfWork;
  /** When a failed write was last seen, by the monotonic clock. */
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
      // Callers who write are told why it failed.
    }
  }
}
