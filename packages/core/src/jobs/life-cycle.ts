import { type Actor, type JsonObject, RollcallError, type TaskType } from '@rollcall/protocol';
import type { Transaction, UnitOfWork } from '../database/unit-of-work.js';
import type { Tasks } from '../tasks/tasks.js';
import { findUsers, userNotFound } from '../users/find-users.js';

/** The life-cycle operations that run as tasks (SPEC section 5). */
export class LifeCycle {
  readonly #unitOfWork: UnitOfWork;
  readonly #tasks: Tasks;

  constructor(unitOfWork: UnitOfWork, tasks: Tasks) {
    this.#unitOfWork = unitOfWork;
    this.#tasks = tasks;
  }

  /**
   * Asks for the deactivation of users.
   * @returns the id of the task.
   * @throws RollcallError `USER_NOT_FOUND` or `USER_DELETED`, with the place of the id; then nothing is begun.
   */
  deactivateUsers(actor: Actor, ids: readonly string[]): Promise<string> {
    return this.#begin(actor, 'users.deactivate', ids);
  }

  /** The same for undoing deactivations. */
  reactivateUsers(actor: Actor, ids: readonly string[]): Promise<string> {
    return this.#begin(actor, 'users.reactivate', ids);
  }

  #begin(actor: Actor, type: TaskType, ids: readonly string[]): Promise<string> {
    return this.#unitOfWork.write(async transaction => {
      await requireUsers(transaction, ids);
      const distinct = [...new Set(ids)];
      const input: JsonObject = { ids: distinct };
      const task = await this.#tasks.enqueue(transaction, actor, { type, input, total: distinct.length });
      return task.task_id;
    });
  }
}

async function requireUsers(transaction: Transaction, ids: readonly string[]): Promise<void> {
  const found = await findUsers(transaction, ids);
  const issues = ids.flatMap((id, index) => {
    const user = found.get(id);
    if (!user) return [userNotFound(id, { index, field: 'ids' })];
    if (user.deleted_at === undefined) return [];
    return [new RollcallError('USER_DELETED', `the user "${id}" has been deleted`, { index, field: 'ids' })];
  });
  const first = issues[0];
  if (first) {
    throw new RollcallError(first.code, first.message, {
      ...first.toData(),
      issues: issues.map(({ code, message, index, field }) => ({ code, message, index, field })),
    });
  }
}
