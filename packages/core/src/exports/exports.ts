import type { Actor, UserExport } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Tasks } from '../tasks/tasks.js';
import { refuseDeleted, requireUsers } from '../users/require-users.js';
import { readChunk } from './export-file.js';
import type { ExportSource } from './export-sources.js';
import { exportUser } from './export-user.js';

/** What exports are made of. */
export interface ExportsOptions {
  unitOfWork: UnitOfWork;
  tasks: Tasks;
  sources: readonly ExportSource[];
}

/** Everything that is stored about users, for the users themselves (SPEC section 5). */
export class Exports {
  readonly #options: ExportsOptions;

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  /** Everything about one user, of one moment. @throws RollcallError `USER_NOT_FOUND`, `PAYLOAD_TOO_LARGE` */
  exportUser(id: string): Promise<UserExport> {
    const { unitOfWork, sources } = this.#options;
    return unitOfWork.read(transaction => exportUser(transaction, id, { sources }));
  }

  /**
   * Asks for a file with everything about some users.
   * @returns the id of the task.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, with the place of the id; then nothing is begun.
   */
  exportUsers(actor: Actor, ids: readonly string[]): Promise<string> {
    const { unitOfWork, tasks } = this.#options;
    return unitOfWork.write(async transaction => {
      const { forgotten } = await requireUsers(transaction, ids);
      refuseDeleted(ids, id => forgotten.has(id));
      const task = await tasks.enqueue(transaction, actor, { type: 'users.export', input: {}, users: ids });
      return task.task_id;
    });
  }

  /**
   * The file of an export that is complete, in pieces; undefined when there is none, or none any more. What is not read
   * is not held in memory.
   */
  async file(taskId: string): Promise<{ bytes: number; chunks: AsyncIterable<string> } | undefined> {
    const { unitOfWork } = this.#options;
    const [row] = await unitOfWork.read(transaction =>
      transaction.query(sql`SELECT output FROM tasks WHERE id = ${taskId} AND status = 'completed'`),
    );
    const output = unitOfWork.dialect.readJson(row?.output ?? null) as { bytes: number } | null;
    return output === null ? undefined : { bytes: output.bytes, chunks: this.#chunks(taskId) };
  }

  async *#chunks(taskId: string): AsyncGenerator<string> {
    for (let number = 0; ; number++) {
      const chunk = await this.#options.unitOfWork.read(transaction =>
        readChunk(transaction, taskId, number),
      );
      if (chunk === undefined) return;
      yield chunk;
    }
  }
}
