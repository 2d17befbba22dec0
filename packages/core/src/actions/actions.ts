import { randomUUID } from 'node:crypto';
import {
  type ActionPreview,
  type Actor,
  type Filter,
  LIMITS,
  parseFilter,
  parseSort,
  type QueryRights,
  RollcallError,
} from '@rollcall/protocol';
import type { ParsedActOnUsersOptions, ParsedUserAction } from '@rollcall/protocol/schemas';
import type { QueryLimits } from '../database/read-lane.js';
import type { CarryOut, Transaction, UnitOfWork, WriteTransaction } from '../database/unit-of-work.js';
import { countDeletion } from '../life-cycle/delete-users.js';
import { requireNewOwner } from '../life-cycle/new-owner.js';
import type { Product } from '../products/product.js';
import { type GatheredList, gatherUsers } from '../query/gather-users.js';
import { countUsers, queryUsers } from '../query/query-users.js';
import type { UserSelection } from '../query/user-query.js';
import type { ActInput } from '../tasks/act-input.js';
import { addTaskLists, holdTaskLists, type TaskListRow } from '../tasks/task-lists.js';
import type { Tasks } from '../tasks/tasks.js';
import type { UserRow } from '../users/model/user-table.js';
import type { Users } from '../users/users.js';
import { checkAction, checkNamed } from './check-action.js';
import { dropErased } from './drop-erased.js';

/** Users in one list: as many as one step changes. Other writers on SQLite wait for a step. */
const LIST_SIZE = 200;

/** Users whom a preview shows. */
const SAMPLE = 10;

/** What actions are made of. */
export interface ActionsOptions {
  unitOfWork: UnitOfWork;
  users: Users;
  tasks: Tasks;
  products: readonly Product[];
  clock: () => number;
}

/** An action on all users that match a filter. */
export interface ActionRequest {
  /** As the caller gave it. */
  filter: Filter;
  action: ParsedUserAction;
  options: ParsedActOnUsersOptions;
}

/** Actions on all users that match a filter (docs/contract/life-cycle.md). */
export class Actions {
  readonly #options: ActionsOptions;

  constructor(options: ActionsOptions) {
    this.#options = options;
  }

  /**
   * Asks for a task that does something to all users who match now, and still match when it is their turn.
   *
   * The users are gathered by a reader, at one moment, and stored with the task right after it. A writer that looked for them
   * would hold up all other writers on SQLite for as long as the filter takes.
   * @param asked `once` carries out what is stored.
   * @throws RollcallError `REVISION_CONFLICT` when another number of users matches than was expected; `INPUT_INVALID`;
   * `USER_NOT_FOUND`, `USER_DELETED` or `USER_DEACTIVATED` for a user whom the action names; `ROLE_NOT_FOUND`;
   * `QUERY_TOO_EXPENSIVE`.
   */
  async act(
    actor: Actor,
    request: ActionRequest,
    {
      rights,
      limits,
      once = change => change(),
    }: { rights: QueryRights; limits?: QueryLimits; once?: CarryOut },
  ): Promise<{ task_id: string }> {
    const { unitOfWork, tasks } = this.#options;
    const { filter, options } = request;
    const action = checkAction(request.action, this.#options.clock());
    const most = mostUsers(action, options);
    const selection = { ...selectionOf(request, rights), sort: [] };
    const { lists, readAt } = await this.#options.users.search(
      selection,
      limits,
      async (transaction, indexedFields) => {
        const selected: UserSelection = { ...selection, indexedFields, now: transaction.now };
        const gathered = await gatherUsers(transaction, selected, { upTo: most, listSize: LIST_SIZE });
        await refuseMoved(transaction, selected, { gathered, action, options });
        return { lists: gathered ?? [], readAt: transaction.now };
      },
    );
    const store = async (transaction: WriteTransaction): Promise<{ task_id: string }> => {
      await checkNamed(transaction, action, lists);
      await holdTaskLists(transaction);
      const id = randomUUID();
      const rows = (await dropErased(transaction, lists, readAt)).map(
        (list, number): TaskListRow => ({
          task_id: id,
          number,
          ...(list.first !== undefined && { first_user_id: list.first, last_user_id: list.last }),
          user_ids: list.ids,
        }),
      );
      const { include_deactivated_users, include_deleted_users } = options;
      const input: ActInput = {
        action,
        filter,
        include_deactivated_users,
        include_deleted_users,
        lists: rows.length,
      };
      await addTaskLists(transaction, rows);
      const total = sizeOf(lists);
      const task = { id, type: 'users.act' as const, input: input as object as never, users: [], total };
      const { task_id } = await tasks.enqueue(transaction, actor, task);
      return { task_id };
    };
    return once(() => unitOfWork.write(store));
  }

  /** Says whom an action would concern, and changes nothing. @throws what `act` throws about the filter and the action. */
  preview(
    request: ActionRequest,
    { rights, limits }: { rights: QueryRights; limits?: QueryLimits },
  ): Promise<{ preview: Omit<ActionPreview, 'sample'>; sample: UserRow[] }> {
    const { users, products } = this.#options;
    const action = checkAction(request.action, this.#options.clock());
    const { max: _max, expected: _expected, created_by_id: _by, ...options } = request.options;
    const selection = { ...selectionOf(request, rights), sort: parseSort(undefined, rights) };
    return users.search(selection, limits, async (transaction, indexedFields) => {
      const selected = { ...selection, indexedFields, now: transaction.now };
      const counted = await countUsers(transaction, selected, LIMITS.actionUsers);
      const page = { ...options, limit: SAMPLE, watch: false, presence: false };
      const { rows: sample } = await queryUsers(transaction, { ...selected, options: page });
      if (action.type !== 'delete') return { preview: counted, sample };
      if (action.new_channel_owner_id !== undefined)
        await requireNewOwner(transaction, action.new_channel_owner_id);
      const asked = { upTo: LIMITS.actionPreviewUsers, listSize: LIMITS.actionPreviewUsers };
      const gathered = await gatherUsers(transaction, selected, asked);
      if (!gathered) return { preview: counted, sample };
      const ids = gathered.flatMap(list => list.ids);
      const content = await countDeletion(transaction, { userIds: ids, deletion: action, products });
      return { preview: { ...counted, products: content }, sample };
    });
  }
}

function selectionOf({ filter, options }: ActionRequest, rights: QueryRights) {
  return { filter: parseFilter(filter, rights), options, seesInvisible: true };
}

function sizeOf(lists: readonly GatheredList[]): number {
  return lists.reduce((sum, { ids }) => sum + ids.length, 0);
}

/** The most users that may match. @throws RollcallError `INPUT_INVALID` */
function mostUsers(action: ParsedUserAction, { expected, max }: ParsedActOnUsersOptions): number {
  const refuse = (field: string, message: string) =>
    new RollcallError('INPUT_INVALID', `${field}: ${message}`, { field });
  const most = action.type === 'export' ? LIMITS.actionExportUsers : LIMITS.actionUsers;
  if (expected !== undefined && max !== undefined)
    throw refuse('max', 'pass either max or expected, not both');
  const asked = expected?.count ?? max;
  if (asked === undefined) {
    throw refuse(
      'expected',
      'is required: the count that the caller saw; or pass max, the most users that may match',
    );
  }
  if (expected?.more || asked > most) {
    const field = expected ? 'expected' : 'max';
    throw refuse(field, `one call acts on at most ${most} users (${action.type}); narrow the filter`);
  }
  return asked;
}

/** @throws RollcallError `REVISION_CONFLICT` when the number is not what the caller goes by. It names both numbers. */
async function refuseMoved(
  transaction: Transaction,
  selection: UserSelection,
  asked: {
    gathered: GatheredList[] | undefined;
    action: ParsedUserAction;
    options: Pick<ParsedActOnUsersOptions, 'expected' | 'max'>;
  },
): Promise<void> {
  const { gathered, options } = asked;
  const { expected, max } = options;
  if (gathered && (!expected || sizeOf(gathered) === expected.count)) return;
  const { count, more } = gathered
    ? { count: sizeOf(gathered), more: false }
    : await countUsers(transaction, selection, LIMITS.actionUsers);
  const now = more
    ? `more than ${count} users match`
    : `${count} ${count === 1 ? 'user matches' : 'users match'}`;
  throw expected
    ? new RollcallError(
        'REVISION_CONFLICT',
        `expected: ${now} now, not ${expected.count}; look again and confirm the new number`,
        { field: 'expected' },
      )
    : new RollcallError('REVISION_CONFLICT', `max: ${now}, and at most ${max} are accepted`, {
        field: 'max',
      });
}
