import type { Actor, DeletionPreview, TaskType } from '@rollcall/protocol';
import type { ParsedDeleteUsers } from '@rollcall/protocol/schemas';
import { type QueryLimits, queryLane } from '../database/read-lane.js';
import type { UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import {
  type CascadeKind,
  findCascade,
  findCascades,
  isAlive,
  putCascades,
} from '../products/cascade-table.js';
import type { Product } from '../products/product.js';
import type { Tasks } from '../tasks/tasks.js';
import { findUsersForUpdate, type NamedUsers, refuseDeleted, requireUsers } from '../users/find-users.js';
import type { UserRow } from '../users/model/user-table.js';
import type { Users } from '../users/users.js';
import { deleteUsers, previewDeletion } from './delete-users.js';
import type { LifeCycleInput } from './life-cycle-step.js';

/** What the life cycle is made of. */
export interface LifeCycleOptions {
  unitOfWork: UnitOfWork;
  users: Users;
  tasks: Tasks;
  products: readonly Product[];
}

/**
 * The life cycle of users (docs/contract/life-cycle.md). A call that throws has changed nothing. A call that is repeated, on
 * users who already are as wanted, succeeds and changes nothing.
 */
export class LifeCycle {
  readonly #options: LifeCycleOptions;

  constructor(options: LifeCycleOptions) {
    this.#options = options;
  }

  /**
   * Deactivates one user at once. A task hides its messages.
   * @throws RollcallError `USER_NOT_FOUND`, `USER_DELETED`
   */
  deactivateUser(
    actor: Actor,
    { id, mark_messages_deleted }: { id: string; mark_messages_deleted?: boolean },
  ): Promise<UserRow> {
    const { unitOfWork, users } = this.#options;
    return unitOfWork.write(async transaction => {
      const row = await users.deactivate(actor, id);
      if (mark_messages_deleted) await this.#cascadeOne(transaction, actor, { id, kind: 'deactivate' });
      return row;
    });
  }

  /** Reactivates one user at once, and renames it if a name is given. A task brings its messages back. */
  reactivateUser(
    actor: Actor,
    { id, name, restore_messages }: { id: string; name?: string; restore_messages?: boolean },
  ): Promise<UserRow> {
    const { unitOfWork, users } = this.#options;
    return unitOfWork.write(async transaction => {
      const row = await users.reactivate(actor, { id, ...(name !== undefined && { name }) });
      if (restore_messages) await this.#cascadeOne(transaction, actor, { id, kind: 'reactivate' });
      return row;
    });
  }

  /**
   * Asks for the deactivation of users.
   * @param content whether their messages are hidden too.
   * @returns the id of the task.
   * @throws RollcallError `USER_NOT_FOUND` or `USER_DELETED`, with the place of the id; then nothing is begun.
   */
  deactivateUsers(actor: Actor, ids: readonly string[], content: boolean): Promise<string> {
    return this.#begin(actor, { type: 'users.deactivate', ids, content, refuse: refuseAnyDeleted });
  }

  /** Asks for the reactivation of users, like `deactivateUsers`. @param content whether what the deactivation hid comes back. */
  reactivateUsers(actor: Actor, ids: readonly string[], content: boolean): Promise<string> {
    return this.#begin(actor, { type: 'users.reactivate', ids, content, refuse: refuseAnyDeleted });
  }

  /**
   * Marks users as deleted, and asks for the task that does the rest.
   * @returns the id of the task.
   * @throws RollcallError `USER_NOT_FOUND`, and `USER_DELETED` or `USER_DEACTIVATED` for the new owner of channels.
   */
  deleteUsers(actor: Actor, deletion: ParsedDeleteUsers): Promise<string> {
    const { unitOfWork, tasks } = this.#options;
    return unitOfWork.write(transaction => deleteUsers(transaction, actor, { deletion, tasks }));
  }

  /** Counts what `deleteUsers` would change, and changes nothing. @throws what `deleteUsers` would throw. */
  previewDeletion(deletion: ParsedDeleteUsers, limits?: QueryLimits): Promise<DeletionPreview> {
    const { unitOfWork, products } = this.#options;
    return unitOfWork.read(
      transaction => previewDeletion(transaction, deletion, products),
      queryLane(limits),
    );
  }

  /**
   * Asks for the restoration of soft-deleted users. The task reports a user whose name is taken by now.
   * @param content whether what their deletion hid comes back.
   * @returns the id of the task.
   * @throws RollcallError `USER_NOT_FOUND`, or `USER_DELETED` for a user who is erased, or about to be.
   */
  restoreUsers(actor: Actor, ids: readonly string[], content: boolean): Promise<string> {
    return this.#begin(actor, { type: 'users.restore', ids, content, refuse: refuseErased });
  }

  async #begin(
    actor: Actor,
    call: {
      type: TaskType;
      ids: readonly string[];
      content: boolean;
      refuse(transaction: WriteTransaction, ids: readonly string[], named: NamedUsers): Promise<void>;
    },
  ): Promise<string> {
    const { unitOfWork, tasks } = this.#options;
    const { type, ids, content, refuse } = call;
    return unitOfWork.write(async transaction => {
      const named = await requireUsers(transaction, ids, () => findUsersForUpdate(transaction, ids));
      await refuse(transaction, ids, named);
      const input: LifeCycleInput = { content };
      return (await tasks.enqueue(transaction, actor, { type, input, users: ids })).task_id;
    });
  }

  /** Asks for the task that changes the content of a user who was changed at once. It waits while another task works on it. */
  async #cascadeOne(
    transaction: WriteTransaction,
    actor: Actor,
    { id, kind }: { id: string; kind: CascadeKind & ('deactivate' | 'reactivate') },
  ): Promise<void> {
    const earlier = await findCascade(transaction, id);
    const input: LifeCycleInput = { content: true };
    const request = { type: `users.${kind}`, input, users: [id] } as const;
    const task = await this.#options.tasks.enqueue(transaction, actor, request);
    if (earlier && (await isAlive(transaction, earlier))) return;
    await putCascades(transaction, [
      { user_id: id, task_id: task.task_id, kind, user_changed: true, changed: {} },
    ]);
  }
}

async function refuseAnyDeleted(
  _transaction: WriteTransaction,
  ids: readonly string[],
  { stored, erased }: NamedUsers,
): Promise<void> {
  refuseDeleted(ids, id => erased.has(id) || stored.get(id)?.deleted_at !== undefined);
}

async function refuseErased(
  transaction: WriteTransaction,
  ids: readonly string[],
  { stored, erased }: NamedUsers,
): Promise<void> {
  const cascades = await findCascades(transaction, ids);
  refuseDeleted(ids, id => {
    const asked = cascades.get(id)?.user_mode ?? 'soft';
    return erased.has(id) || stored.get(id)?.deletion === 'pruning' || asked !== 'soft';
  });
}
