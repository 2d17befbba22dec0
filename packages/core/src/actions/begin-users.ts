import type { UserOutcome } from '@rollcall/protocol';
import type { ParsedUserAction } from '@rollcall/protocol/schemas';
import { markDeleted } from '../life-cycle/delete-users.js';
import { findCascades, isAlive, putCascades } from '../products/cascade-table.js';
import type { StepContext } from '../tasks/task-handler.js';
import type { UserRow } from '../users/model/user-table.js';
import { changeMany } from './change-many.js';

/** What an action that takes several steps for a user begins with. */
interface Beginning {
  step: Pick<StepContext, 'transaction' | 'task' | 'actor'>;
  users: readonly UserRow[];
  action: ParsedUserAction;
}

/**
 * Begins with users whom the transaction holds: it marks them as the call for one user does at once, and gives their content
 * to the task. The handler of the life cycle or of exports does the rest.
 * @returns the outcomes of those who are through already. The others are begun.
 */
export async function beginUsers({ step, users, action }: Beginning): Promise<Map<string, UserOutcome>> {
  const { transaction, task, actor } = step;
  switch (action.type) {
    case 'delete':
      await markDeleted(transaction, actor, { users, deletion: action, taskId: task.id });
      return new Map();
    case 'deactivate':
    case 'reactivate':
      return beginActivity({ step, users, action });
    default:
      return new Map();
  }
}

async function beginActivity({
  step,
  users,
  action,
}: Beginning & { action: { type: 'deactivate' | 'reactivate' } }): Promise<Map<string, UserOutcome>> {
  const { transaction, task, actor } = step;
  const ids = users.map(({ id }) => id);
  const free: UserRow[] = [];
  const earlier = await findCascades(transaction, ids);
  for (const user of users) {
    const cascade = earlier.get(user.id);
    // A user on whom another task works is changed in its turn, when that one is through.
    if (!cascade || !(await isAlive(transaction, cascade))) free.push(user);
  }
  const outcomes = await changeMany(transaction, actor, { users: free, action: action as ActivityAction });
  const begun = [...outcomes].filter(([, { status }]) => status !== 'failed');
  await putCascades(
    transaction,
    begun.map(([user_id, { status }]) => ({
      user_id,
      task_id: task.id,
      kind: action.type,
      user_changed: status === 'done',
      changed: {},
    })),
  );
  return new Map([...outcomes].filter(([, { status }]) => status === 'failed'));
}

type ActivityAction = Extract<ParsedUserAction, { type: 'deactivate' | 'reactivate' }>;
