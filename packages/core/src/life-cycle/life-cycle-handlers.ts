import type { UserOutcome } from '@rollcall/protocol';
import type { StepOutcome, TaskHandler } from '../tasks/task-handler.js';
import { deactivateUser, reactivateUser, restoreUser } from '../users/activation.js';
import { findUsersForUpdate } from '../users/find-users.js';
import type { CascadePosition } from './cascade-user.js';
import {
  CHANGES_PER_STEP,
  type LifeCycleInput,
  type LifeCycleRules,
  type LifeCycleTools,
  takeTurn,
  WAIT_MS,
} from './user-turn.js';

/** The handlers of the life cycle. A deletion marks its users when it is asked for, the others change them in their turn. */
export function lifeCycleHandlers(tools: LifeCycleTools): TaskHandler[] {
  return [
    lifeCycleHandler({ type: 'users.deactivate', kind: 'deactivate', change: deactivateUser }, tools),
    lifeCycleHandler({ type: 'users.reactivate', kind: 'reactivate', change: reactivateUser }, tools),
    lifeCycleHandler({ type: 'users.restore', kind: 'restore', change: restoreUser }, tools),
    lifeCycleHandler({ type: 'users.delete', kind: 'delete' }, tools),
  ] as unknown as TaskHandler[];
}

/** Users in one step, if they have so little content that several fit. */
const USERS_PER_STEP = 20;

/**
 * Handles one life-cycle operation: user by user, in the order of the call, it changes the user and cascades the user's
 * content. A user with much content takes many steps; several users with little content fit into one step. A user that
 * must not be changed is recorded as failed, and the others are done all the same.
 */
export function lifeCycleHandler(
  rules: LifeCycleRules,
  tools: LifeCycleTools,
): TaskHandler<LifeCycleInput, CascadePosition> {
  return {
    type: rules.type,
    async step(step): Promise<StepOutcome<CascadePosition>> {
      const users = new Map<string, UserOutcome>();
      const waiting = await step.waiting(USERS_PER_STEP + 1);
      const ids = waiting.slice(0, USERS_PER_STEP);
      // A call that wants to take over a cascade waits until this step is committed.
      await findUsersForUpdate(step.transaction, ids);
      let budget = CHANGES_PER_STEP;
      for (const [place, id] of ids.entries()) {
        if (budget <= 0) return { users, finished: false };
        const position = place === 0 ? step.position : undefined;
        const turn = await takeTurn({ step, rules, tools, userId: id }, { position, budget });
        if (turn === 'wait') return { users, finished: false, waitMs: WAIT_MS };
        if ('position' in turn) return { ...turn, users, finished: false, withinUser: true };
        users.set(turn.name, turn.outcome);
        budget = turn.left;
        if (step.task.cancel_requested) return { users, finished: ids.length === 1 && waiting.length === 1 };
      }
      return { users, finished: ids.length === waiting.length };
    },
  };
}
