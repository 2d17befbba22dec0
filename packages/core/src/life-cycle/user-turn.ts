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

/** Changes in one step: on SQLite everybody else waits for about so many. */
export const CHANGES_PER_STEP = 100;

/** How long a task waits for another one that works on the same user. */
export const WAIT_MS = 100;

/** What a life-cycle task is asked with. */
export interface LifeCycleInput extends JsonObject {
  /** Whether the content of the users is swept, too. */
  content: boolean;
}

/** What a kind of life-cycle task does. */
export interface LifeCycleRules {
  type: TaskType;
  /** What it does with content. */
  kind: CascadeKind;
  /** Changes the user when its turn comes; absent where that was done when the task was asked for. */
  change?: ChangeActivity;
}

/** What the jobs of the life cycle have in common. */
export interface LifeCycleTools {
  products: readonly Product[];
  /** Called after the commit that forgot a user for good. It must not throw. */
  onErased(): void;
}

/** What a step did for one user: it is through with it, stands in the middle, or has to wait for another task. */
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

/** Takes the turn of one user. */
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

  // A cascade that was begun and is no longer there was taken over, by a later deletion.
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

/** Content, product by product; then what a deletion for good does with the user itself; then the outcome. */
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
  const mode = await lastingMode(step, cascade);
  if (position.forgottenTo === undefined)
    await tellOfMessages(step, cascade, { counts: changed, products: tools.products });
  let name = userId;
  if (mode) {
    const taskId = step.task.id;
    if (position.forgottenTo === undefined) {
      // The log forgets the user in steps of their own: what this one tells has to be in it first, and whatever is told
      // from now on has to name the user by its tombstone.
      if (mode === 'hard') await eraseTaskActor(transaction, { userId, name: tombstoneOf(userId), taskId });
      return stay({ position: { ...position, forgottenTo: 0 } });
    }
    const { forgottenTo } = position;
    const erasing = { userId, mode, taskId, forgottenTo, limit: CHANGES_PER_STEP };
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

/** Whether the user itself has still to go, and how; a user who has been pruned already has nothing left to prune. */
async function lastingMode(
  { transaction }: Work['step'],
  { user_id, user_mode }: CascadeRow,
): Promise<'pruning' | 'hard' | undefined> {
  if (user_mode !== 'pruning') return user_mode === 'hard' ? 'hard' : undefined;
  const user = await findUser(transaction, user_id);
  return user.deletion === 'pruning' ? undefined : 'pruning';
}

/** One event for all messages of the user, once the last of them is done. */
async function tellOfMessages(
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
