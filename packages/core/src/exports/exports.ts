import { type Actor, type JsonObject, LIMITS, RollcallError, type UserExport } from '@rollcall/protocol';
import sql from 'sql-template-tag';
import { BULK_LOOKUP, type QueryLimits, queryLane } from '../database/read-lane.js';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import type { Tasks } from '../tasks/tasks.js';
import { findUser, refuseDeleted, requireUsers } from '../users/find-users.js';
import { toUser } from '../users/model/to-user.js';
import { readChunk } from './export-file.js';
import type { ExportSource } from './export-sources.js';

/** What exports are made of. */
export interface ExportsOptions {
  unitOfWork: UnitOfWork;
  tasks: Tasks;
  sources: readonly ExportSource[];
}

/** Exports everything that is stored about users, for the users themselves (docs/contract/life-cycle.md). */
export class Exports {
  readonly #options: ExportsOptions;

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  /** Everything about one user, as of one moment. @throws RollcallError `USER_NOT_FOUND`, `PAYLOAD_TOO_LARGE` */
  exportUser(id: string, limits?: QueryLimits): Promise<UserExport> {
    const { unitOfWork, sources } = this.#options;
    return unitOfWork.read(transaction => exportUser(transaction, id, { sources }), queryLane(limits));
  }

  /**
   * Asks for a file with everything about some users.
   * @returns the id of the task.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`, with the place of the id; then nothing is begun.
   */
  exportUsers(actor: Actor, ids: readonly string[]): Promise<string> {
    const { unitOfWork, tasks } = this.#options;
    return unitOfWork.write(async transaction => {
      const { erased } = await requireUsers(transaction, ids);
      refuseDeleted(ids, id => erased.has(id));
      const task = await tasks.enqueue(transaction, actor, { type: 'users.export', input: {}, users: ids });
      return task.task_id;
    });
  }

  /**
   * The file of a completed export, in pieces; undefined when there is no file, or it has been deleted. Pieces are read
   * from the database as they are needed.
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
      const chunk = await this.#options.unitOfWork.read(
        transaction => readChunk(transaction, taskId, number),
        BULK_LOOKUP,
      );
      if (chunk === undefined) return;
      yield chunk;
    }
  }
}

const PAGE = 500;

/**
 * Everything that is stored about a user, as one object.
 * @throws RollcallError `USER_NOT_FOUND`, or `PAYLOAD_TOO_LARGE` for more than 10,000 records, which `exportUsers` writes
 * to a file.
 */
async function exportUser(
  transaction: Transaction,
  userId: string,
  { sources }: { sources: readonly ExportSource[] },
): Promise<UserExport> {
  const user = toUser(await findUser(transaction, userId), transaction.now);
  const records: [string, JsonObject[]][] = [];
  let count = 0;
  for (const source of sources) {
    let after: string | undefined;
    do {
      const page = await source.export(transaction, {
        userId,
        ...(after !== undefined && { after }),
        limit: PAGE,
      });
      for (const { kind, ...record } of page.records) {
        const known = records.find(([name]) => name === kind);
        if (known) known[1].push(record);
        else records.push([kind, [record]]);
      }
      count += page.records.length;
      if (count > LIMITS.exportRecords) {
        throw new RollcallError(
          'PAYLOAD_TOO_LARGE',
          `more than ${LIMITS.exportRecords} records are stored about the user "${userId}"; exportUsers writes them to a file`,
        );
      }
      after = page.next;
    } while (after !== undefined);
  }
  return { user, records: Object.fromEntries(records) };
}
