import type { UserOutcome } from '@rollcall/protocol';
import { eraseTaskActors } from '../tasks/erase-task-users.js';
import type { StepOutcome, TaskHandler } from '../tasks/task-handler.js';
import { deactivateUser, reactivateUser, restoreUser } from '../users/activation.js';
import { tombstonesOf } from '../users/tombstones.js';
import { type ErasureMode, erasureMode } from './cascade-end.js';
import { eraseReady } from './erase-turn.js';
import { type LifeCyclePosition, readPosition } from './life-cycle-position.js';
import {
  beginStep,
  CHANGES_PER_STEP,
  endStep,
  type LifeCycleInput,
  type LifeCycleRules,
  type LifeCycleStep,
  type LifeCycleTools,
  WAIT_MS,
} from './life-cycle-step.js';
import { takeTurn } from './user-turn.js';

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

/** The most users who are erased together: each takes part in every statement. */
const MOST_READY = 10;

/**
 * Handles one life-cycle operation: user by user, in the order of the call, it changes the user and cascades the user's
 * content. A user with much content takes many steps; several users with little content fit into one step. A user that
 * must not be changed is recorded as failed, and the others are done all the same.
 *
 * Users who are erased are ready for that when their content is done. The next step erases them: the events of this step
 * have to be in the log first, and later events have to name the users by their tombstones.
 */
export function lifeCycleHandler(
  rules: LifeCycleRules,
  tools: LifeCycleTools,
): TaskHandler<LifeCycleInput, LifeCyclePosition> {
  return {
    type: rules.type,
    async step(step): Promise<StepOutcome<LifeCyclePosition>> {
      const { ready, ...position } = readPosition(step.position);
      const waiting = await step.waiting((ready || USERS_PER_STEP) + 1);
      const ids = waiting.slice(0, ready || USERS_PER_STEP);
      const work = await beginStep({ step, rules, tools }, ids);
      const outcome =
        ready > 0 ? await eraseUsersOf(work, ids, position) : await changeUsers(work, ids, position);
      await endStep(work);
      const finished = !outcome.withinUser && outcome.users.size === waiting.length;
      return { ...outcome, finished };
    },
  };
}

type Outcome = Omit<StepOutcome<LifeCyclePosition>, 'finished'>;

/** Changes users and their content, until the step has made enough changes. */
async function changeUsers(
  work: LifeCycleStep,
  ids: readonly string[],
  { through }: LifeCyclePosition,
): Promise<Outcome> {
  const users = new Map<string, UserOutcome>();
  const ready: string[] = [];
  let begun: string[] | undefined;
  let budget = CHANGES_PER_STEP;
  for (const [place, id] of ids.entries()) {
    if (budget <= 0 || !mayJoin(work, ready, id)) break;
    const turn = await takeTurn(work, id, { through: place === 0 ? through : undefined, budget });
    if (turn.is === 'waiting') {
      if (ready.length === 0) return { users, waitMs: WAIT_MS };
      break;
    }
    if (turn.is === 'begun') {
      begun = turn.through;
      break;
    }
    if (turn.is === 'ready') ready.push(id);
    else users.set(id, turn.outcome);
    budget = turn.left;
    if (work.step.task.cancel_requested) break;
  }
  await renameActors(work, ready);
  return { users, ...stopAt({ ready: ready.length, through: begun }) };
}

/** Whether a user may become ready beside others: all of them are erased in the same mode. */
function mayJoin({ step, cascades, users }: LifeCycleStep, ready: readonly string[], id: string): boolean {
  const modeOf = (userId: string): ErasureMode | undefined => {
    const cascade = cascades.get(userId);
    return cascade?.task_id === step.task.id ? erasureMode(cascade, users.get(userId)) : undefined;
  };
  const [first] = ready;
  const mode = modeOf(id);
  return first === undefined || mode === undefined || (mode === modeOf(first) && ready.length < MOST_READY);
}

/** Those who are ready and lose their ids lose them where they asked for tasks, before the log is erased. */
async function renameActors({ step, cascades }: LifeCycleStep, ready: readonly string[]): Promise<void> {
  const hard = ready.filter(id => cascades.get(id)?.user_mode === 'hard');
  await eraseTaskActors(step.transaction, { names: tombstonesOf(hard), taskId: step.task.id });
}

/** Erases those who are ready. Then the user is next who was begun after them. */
async function eraseUsersOf(
  work: LifeCycleStep,
  ids: readonly string[],
  { through, forgottenTo = 0 }: LifeCyclePosition,
): Promise<Outcome> {
  const done = await eraseReady(work, ids, forgottenTo);
  if (done === 'wait') {
    return { users: new Map(), waitMs: WAIT_MS, ...stopAt({ ready: ids.length, through, forgottenTo }) };
  }
  if ('forgottenTo' in done) {
    return { users: new Map(), ...stopAt({ ready: ids.length, through, ...done }) };
  }
  return { users: done.outcomes, ...stopAt({ ready: ids.length - done.outcomes.size, through }) };
}

/** Leaves out what a position need not say. Between two users there is no position. */
function stopAt({
  ready,
  through,
  forgottenTo,
}: {
  ready: number;
  through: string[] | undefined;
  forgottenTo?: number;
}): Pick<Outcome, 'position' | 'withinUser'> {
  if (ready === 0 && !through) return {};
  const position: LifeCyclePosition = {
    ...(ready > 0 && { ready }),
    ...(forgottenTo !== undefined && { forgottenTo }),
    ...(through && { through }),
  };
  return { position, withinUser: true };
}
