import type { JsonObject, TaskType, UserOutcome } from '@rollcall/protocol';
import {
  type CascadeKind,
  type CascadeRow,
  type Counts,
  findCascade,
  isAlive,
  putCascades,
  removeCascade,
} from '../products/cascade-table.js';
import type { Product } from '../products/product.js';
import { eraseTaskActor } from '../tasks/erase-task-user.js';
import type { StepContext } from '../tasks/task-handler.js';
import type { ChangeActivity } from '../users/activation.js';
import { findUser } from '../users/find-users.js';
import { logUserEvent } from '../users/log-user-event.js';
import { toUser } from '../users/model/to-user.js';
import { findTombstones, tombstoneOf, userDeleted } from '../users/tombstones.js';
import { BEGINNING, type CascadePosition, cascadeUser } from './cascade-user.js';
import { eraseUser } from './erase-user.js';

/** About how many changes one step makes: on SQLite all other writers wait for them. */
export const CHANGES_PER_STEP = 100;

/** How long a task waits for another one that works on the same user. */
export const WAIT_MS = 100;

/** The input of a life-cycle task. */
export interface LifeCycleInput extends JsonObject {
  /** Whether the content of the users is changed too. */
  content: boolean;
}

/** What a kind of life-cycle task does. */
export interface LifeCycleRules {
  type: TaskType;
  /** What it does with content. */
  kind: CascadeKind;
  /** Changes the user in its turn; absent when that was done when the task was asked for. */
  change?: ChangeActivity;
}

/** What the handlers of the life cycle share. */
export interface LifeCycleTools {
  products: readonly Product[];
  /** Called after the commit that erased a user. It must not throw. */
  onErased(): void;
}

/** What a step did for one user: it finished the user, stopped in the middle, or has to wait for another task. */
type Turn =
  | { outcome: UserOutcome; name: string; left: number }
  | { position: CascadePosition; waitMs?: number }
  | 'wait';

interface Work {
  step: StepContext<LifeCycleInput, CascadePosition>;
  rules: LifeCycleRules;
  tools: LifeCycleTools;
  userId: string;
}

/** Works on one user of a life-cycle task, from a position and for about `budget` changes. */
export async function takeTurn(
  work: Work,
  from: { position: CascadePosition | undefined; budget: number },
): Promise<Turn> {
  const { step, rules, userId } = work;
  const { transaction, task, actor, input } = step;
  const { position, budget } = from;
  const cascade = await findCascade(transaction, userId);
  if (cascade?.task_id === task.id) return goOn(work, cascade, { position: position ?? BEGINNING, budget });
  const through = (outcome: UserOutcome): Turn => ({ outcome, name: userId, left: budget - 1 });

  // A cascade that was begun and is gone was taken over by a later deletion.
  if (position) return through({ status: 'superseded' });
  if (!rules.change) {
    const erased = (await findTombstones(transaction, [userId])).size > 0;
    return through({ status: erased ? 'unchanged' : 'superseded' });
  }
  if (cascade && (await isAlive(transaction, cascade))) return 'wait';
  if (rules.kind === 'restore' && cascade?.user_mode !== undefined && cascade.user_mode !== 'soft') {
    const { code, message } = userDeleted(userId);
    return through({ status: 'failed', error: { code, message } });
  }
  const outcome = await rules.change(transaction, actor, { id: userId });
  if (outcome.status === 'failed' || !input.content) return through(outcome);
  const user_changed = outcome.status === 'done';
  const own: CascadeRow = { user_id: userId, task_id: task.id, kind: rules.kind, user_changed, changed: {} };
  await putCascades(transaction, [own]);
  return goOn(work, own, { position: BEGINNING, budget: budget - 1 });
}

/** Changes the content, product by product; then erases the user, if the deletion does; then there is an outcome. */
async function goOn(
  { step, tools, userId }: Work,
  cascade: CascadeRow,
  from: { position: CascadePosition; budget: number },
): Promise<Turn> {
  const { transaction, actor } = step;
  const work = { transaction, products: tools.products, cascade, actor };
  const { position, changed, left, through } = await cascadeUser(work, from.position, from.budget);
  const stay = async (turn: Turn): Promise<Turn> => {
    const told = position.forgottenTo === undefined && !through ? cascade.told : cascade.messages;
    await putCascades(transaction, [{ ...cascade, changed, ...(told && { told }) }]);
    return turn;
  };
  if (!through) return stay({ position });
  const mode = await erasureMode(step, cascade);
  if (position.forgottenTo === undefined)
    await logMessages(step, cascade, { counts: changed, products: tools.products });
  let name = userId;
  if (mode) {
    const taskId = step.task.id;
    if (position.forgottenTo === undefined) {
      // Steps of their own erase the user from the log. The events of this step have to be in the log first, and later
      // events have to name the user by its tombstone.
      if (mode === 'hard') await eraseTaskActor(transaction, { userId, name: tombstoneOf(userId), taskId });
      return stay({ position: { ...position, forgottenTo: 0 } });
    }
    const { forgottenTo } = position;
    const erasing = { userId, mode, forgottenTo, limit: CHANGES_PER_STEP };
    const done = await eraseUser(transaction, erasing);
    if (done === 'wait') return stay({ position, waitMs: WAIT_MS });
    if ('forgottenTo' in done) return stay({ position: { ...position, ...done } });
    name = done.name;
    transaction.afterCommit(tools.onErased);
  }
  await removeCascade(transaction, userId);
  const contentChanged = Object.keys(changed).length > 0;
  const outcome: UserOutcome = {
    status: cascade.user_changed || contentChanged ? 'done' : 'unchanged',
    ...(contentChanged && { details: changed }),
  };
  return { outcome, name, left: mode ? 0 : left - 1 };
}

/** How the user itself still has to be erased; undefined when it does not, or has been pruned already. */
async function erasureMode(
  { transaction }: Work['step'],
  { user_id, user_mode }: CascadeRow,
): Promise<'pruning' | 'hard' | undefined> {
  if (user_mode !== 'pruning') return user_mode === 'hard' ? 'hard' : undefined;
  const user = await findUser(transaction, user_id);
  return user.deletion === 'pruning' ? undefined : 'pruning';
}

/** Logs one event for all messages of the user, once the last of them is done. */
async function logMessages(
  { transaction, actor }: Work['step'],
  { user_id, kind, messages, told }: CascadeRow,
  { counts, products }: { counts: Counts; products: readonly Product[] },
): Promise<void> {
  const concerned = kind !== 'delete' || messages !== told;
  const ofMessages = products.some(({ name, ofMessages = [] }) =>
    ofMessages.some(thing => counts[name]?.[thing]),
  );
  if (!concerned || !ofMessages) return;
  const user = toUser(await findUser(transaction, user_id), transaction.now);
  if (kind === 'reactivate' || kind === 'restore') {
    logUserEvent(transaction, actor, { type: 'user.messages.restored', user, counts });
  } else {
    const mode = messages ?? 'soft';
    logUserEvent(transaction, actor, { type: 'user.messages.deleted', user, mode, counts });
  }
}
