import { LIMITS, parseFilter, type UserOutcome } from '@rollcall/protocol';
import type { ParsedUserAction } from '@rollcall/protocol/schemas';
import { holdSelected } from '../query/gather-users.js';
import type { ActInput } from '../tasks/act-input.js';
import type { StepContext, StepOutcome, TaskHandler } from '../tasks/task-handler.js';
import { nextTaskList, removeTaskList, type TaskListRow } from '../tasks/task-lists.js';
import {
  addOutcomes,
  addTaskUsers,
  type OutcomeCounts,
  removeOutcomes,
  saveOutcomes,
} from '../tasks/task-users.js';
import { type ActPosition, countOutcomes, START } from './act-position.js';
import { beginUsers } from './begin-users.js';
import { changeMany, type SimpleAction } from './change-many.js';

/** Users who are begun together. One that is begun is gone on with to its end, also when the task is cancelled. */
const BEGUN_AT_ONCE = 20;

/**
 * Handles `actOnUsers`. A step takes users of the first list, asks the filter about them again, locks those who still match,
 * and does to them what the action says. So a user who stopped matching stays as it is, and nobody is touched who is in no list.
 *
 * What one step can do for a user is done in bulk, a list at a time. For the rest the users become users of the task, a few at
 * a time, and the handler of that work goes on with them. Afterwards their rows go, but for those who failed; the counts stay
 * in the position.
 * @param others the handlers of the life cycle and of exports.
 */
export function actHandler(others: readonly TaskHandler[]): TaskHandler {
  return {
    type: 'users.act',
    async step(step): Promise<StepOutcome> {
      const act = step.input as unknown as ActInput;
      const position = (step.position as ActPosition | undefined) ?? START;
      const inner = handlerOf(act.action, others);
      const list = await nextTaskList(step.transaction, step.task.id);
      const work = { step, act, inner, list };
      const taken = position.begun ? position : await takeUsers(work, position);
      const went = taken.begun ? await goOn(work, taken) : { position: taken };
      return endStep(work, went, position);
    },
  };
}

/** A step under way. */
interface ActWork {
  step: StepContext;
  act: ActInput;
  /** What goes on with users who are begun; absent for what one step does. */
  inner: TaskHandler | undefined;
  /** The first list; absent when the task is through. */
  list: TaskListRow | undefined;
}

/** How far a step got. */
interface Went extends Pick<StepOutcome, 'waitMs' | 'output'> {
  position: ActPosition;
}

function handlerOf(action: ParsedUserAction, others: readonly TaskHandler[]): TaskHandler | undefined {
  const handler = () => others.find(({ type }) => type === `users.${action.type}`);
  switch (action.type) {
    case 'deactivate':
      return action.mark_messages_deleted ? handler() : undefined;
    case 'reactivate':
      return action.restore_messages ? handler() : undefined;
    case 'delete':
    case 'export':
      return handler();
    default:
      return undefined;
  }
}

/** How many users a step takes from a list. */
function usersAtOnce({ action }: ActInput, inner: TaskHandler | undefined): number {
  // Where names are unique, users who are to get the same one are looked at one after another.
  const named = action.type === 'set' && action.set?.name !== undefined;
  return inner || named ? BEGUN_AT_ONCE : Number.POSITIVE_INFINITY;
}

/** Takes the next users of the list: those who still match are changed, or begun with. */
async function takeUsers({ step, act, inner, list }: ActWork, position: ActPosition): Promise<ActPosition> {
  if (!list) return position;
  const { transaction, task, actor } = step;
  const { action } = act;
  const ids = list.user_ids.slice(position.from, position.from + usersAtOnce(act, inner));
  const users = await holdSelected(transaction, selectionOf(act, transaction.now), ids);
  const outcomes = inner
    ? await beginUsers({ step, users, action })
    : await changeMany(transaction, actor, { users, action: action as SimpleAction });
  const kept = await keepFailures({ step, position }, outcomes);
  const counts = countOutcomes(position.counts, outcomes.values(), ids.length - users.length);
  const next = { ...position, counts, from: position.from + ids.length, ordinal: position.ordinal + kept };
  const begun = inner ? users.filter(({ id }) => !outcomes.has(id)) : [];
  if (begun.length === 0) return next;
  await addTaskUsers(
    transaction,
    task.id,
    begun.map(({ id }) => id),
    next.ordinal,
  );
  const ordinal = next.ordinal + begun.length;
  return { ...next, ordinal, begun: { ordinal: next.ordinal } };
}

/** Stores those who failed, as far as there is room for them. */
async function keepFailures(
  { step, position }: { step: StepContext; position: ActPosition },
  outcomes: ReadonlyMap<string, UserOutcome>,
): Promise<number> {
  const failed = [...outcomes].filter(([, { status }]) => status === 'failed');
  const kept = failed.slice(0, Math.max(0, LIMITS.actionFailures - position.counts.failed));
  await addOutcomes(step.transaction, step.task.id, { outcomes: new Map(kept), from: position.ordinal });
  return kept.length;
}

/** Goes on with the users who are begun, by the handler of that work. */
async function goOn({ step, act, inner }: ActWork, position: ActPosition): Promise<Went> {
  const { transaction, task } = step;
  const { begun, counts } = position;
  if (!inner || !begun) throw new Error(`nothing goes on with users by ${act.action.type}`);
  const done = await inner.step({
    ...step,
    input: { content: true },
    position: position.inner as StepContext['position'],
  });
  await saveOutcomes(transaction, task.id, done.users);
  if (act.action.type !== 'export') {
    const kept = counts.failed < LIMITS.actionFailures;
    await removeOutcomes(transaction, task.id, { from: begun.ordinal, kept });
  }
  const sums = countOutcomes(counts, done.users.values(), 0);
  const { begun: _begun, inner: _inner, ...rest } = position;
  return {
    position: {
      ...rest,
      counts: sums,
      ...(done.position !== undefined && { inner: done.position }),
      ...(!done.finished && { begun }),
    },
    ...(done.waitMs !== undefined && { waitMs: done.waitMs }),
    ...(done.output && { output: done.output }),
  };
}

/** Lets go of a list that is through, and says whether it was the last one. */
async function endStep(
  { step, act, inner, list }: ActWork,
  { position, waitMs, output }: Went,
  before: ActPosition,
): Promise<StepOutcome> {
  const isThrough = !position.begun && list !== undefined && position.from >= list.user_ids.length;
  if (isThrough) await removeTaskList(step.transaction, list);
  const finished = !list || (isThrough && list.number === act.lists - 1);
  return {
    position: (isThrough ? { ...position, from: 0 } : position) as unknown as StepContext['position'] &
      object,
    users: new Map(),
    counted: countedOf(before.counts, position.counts),
    finished,
    // An export changes nobody, so it may stop at any time.
    withinUser: position.begun !== undefined && act.action.type !== 'export' && inner !== undefined,
    ...(waitMs !== undefined && { waitMs }),
    ...(finished && act.action.type === 'export' && { output: output ?? { bytes: bytesOf(position) } }),
  };
}

function bytesOf({ inner }: ActPosition): number {
  return (inner as { bytes: number } | undefined)?.bytes ?? 0;
}

function countedOf(before: ActPosition['counts'], after: ActPosition['counts']): OutcomeCounts {
  const sum = ({ failed, ...others }: ActPosition['counts']) =>
    Object.values(others).reduce((all, one) => all + one, 0);
  return { done: sum(after) - sum(before), failed: after.failed - before.failed };
}

/** Whom the action concerns, at a moment. The bounds of ids and of times of creation never change for a user. */
function selectionOf(act: Omit<ActInput, 'lists' | 'action'>, now: number) {
  const { filter, include_deactivated_users, include_deleted_users } = act;
  return {
    // The caller's budget decided about the size of the filter when the task was asked for.
    filter: parseFilter(filter, { server: true, maxFilterValues: Number.POSITIVE_INFINITY }),
    options: { include_deactivated_users, include_deleted_users },
    now,
    indexedFields: [],
    seesInvisible: true,
  };
}
