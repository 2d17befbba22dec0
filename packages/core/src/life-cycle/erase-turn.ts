import type { UserOutcome } from '@rollcall/protocol';
import type { CascadeRow } from '../products/cascade-table.js';
import type { UserRow } from '../users/model/user-table.js';
import { type ErasureMode, erasureMode, outcomeOf } from './cascade-end.js';
import { eraseUsers } from './erase-users.js';
import { CHANGES_PER_STEP, type LifeCycleStep } from './life-cycle-step.js';

/**
 * Goes on with the erasure of users whose content is done, all in the same mode: they became ready together. Nobody joins
 * them later, who would keep what is in the log up to where they are.
 * @returns what became of those who are through, by the names that they have now; or the entry of the log to go on from; or
 * `wait` when an export has to end first.
 */
export async function eraseReady(
  work: LifeCycleStep,
  ids: readonly string[],
  forgottenTo: number,
): Promise<{ outcomes: Map<string, UserOutcome> } | { forgottenTo: number } | 'wait'> {
  const { step, tools, users, cascades, ended } = work;
  const outcomes = new Map<string, UserOutcome>();
  const own: { cascade: CascadeRow; row: UserRow }[] = [];
  let mode: ErasureMode | undefined;
  for (const id of ids) {
    const cascade = cascades.get(id);
    const row = users.get(id);
    if (!row || cascade?.task_id !== step.task.id) {
      // A later deletion has taken over.
      outcomes.set(id, { status: 'superseded' });
      continue;
    }
    mode ??= erasureMode(cascade, row);
    own.push({ cascade, row });
  }
  let names: ReadonlyMap<string, string> = new Map();
  if (mode) {
    const rows = own.map(({ row }) => row);
    const taskId = step.task.id;
    const erasing = { users: rows, mode, taskId, forgottenTo, limit: CHANGES_PER_STEP };
    const done = await eraseUsers(step.transaction, erasing);
    if (done === 'wait' || 'forgottenTo' in done) return done;
    names = done.names;
    step.transaction.afterCommit(tools.onErased);
  }
  for (const { cascade } of own) {
    ended.push(cascade.user_id);
    outcomes.set(names.get(cascade.user_id) ?? cascade.user_id, outcomeOf(cascade));
  }
  return { outcomes };
}
