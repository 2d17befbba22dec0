import type { UserOutcome } from '@rollcall/protocol';
import { type CascadeRow, type Counts, isAlive, putCascades } from '../products/cascade-table.js';
import type { Product } from '../products/product.js';
import { findUser } from '../users/find-users.js';
import { logUserEvent } from '../users/log-user-event.js';
import { toUser } from '../users/model/to-user.js';
import { findTombstones, userDeleted } from '../users/tombstones.js';
import { erasureMode, outcomeOf } from './cascade-end.js';
import { cascadeUser } from './cascade-user.js';
import type { LifeCycleStep } from './life-cycle-step.js';

/**
 * What a step did for one user: it finished the user, made it ready to be erased, stopped in the middle, or has to wait
 * for another task.
 */
type Turn =
  | { is: 'through'; outcome: UserOutcome; left: number }
  | { is: 'ready'; left: number }
  | { is: 'begun'; through: string[] }
  | { is: 'waiting' };

/** How far a user got before, and for about how many changes the step goes on. */
interface From {
  /** The products that are through; absent for a user who was not begun. */
  through: readonly string[] | undefined;
  budget: number;
}

/** Works on one user of a life-cycle task, for about `budget` changes. It does not erase the user. */
export async function takeTurn(work: LifeCycleStep, userId: string, from: From): Promise<Turn> {
  const { step, rules, cascades } = work;
  const { transaction, task, actor, input } = step;
  const { through, budget } = from;
  const cascade = cascades.get(userId);
  if (cascade?.task_id === task.id) return goOn(work, cascade, from);
  const ends = (outcome: UserOutcome): Turn => ({ is: 'through', outcome, left: budget - 1 });

  // A cascade that was begun and is gone was taken over by a later deletion.
  if (through) return ends({ status: 'superseded' });
  if (!rules.change) {
    const erased = (await findTombstones(transaction, [userId])).size > 0;
    return ends({ status: erased ? 'unchanged' : 'superseded' });
  }
  if (cascade && (await isAlive(transaction, cascade))) return { is: 'waiting' };
  if (rules.kind === 'restore' && cascade?.user_mode !== undefined && cascade.user_mode !== 'soft') {
    const { code, message } = userDeleted(userId);
    return ends({ status: 'failed', error: { code, message } });
  }
  const outcome = await rules.change(transaction, actor, { id: userId });
  if (outcome.status === 'failed' || !input.content) return ends(outcome);
  const user_changed = outcome.status === 'done';
  const own: CascadeRow = { user_id: userId, task_id: task.id, kind: rules.kind, user_changed, changed: {} };
  await putCascades(transaction, [own]);
  return goOn(work, own, { through, budget: budget - 1 });
}

/** Changes the content, product by product. Then the user is ready to be erased, if the deletion does that, or done. */
async function goOn(work: LifeCycleStep, cascade: CascadeRow, from: From): Promise<Turn> {
  const { step, tools, users, kept, ended } = work;
  const { transaction, actor } = step;
  const cascading = { transaction, products: tools.products, cascade, actor };
  const { through, changed, left, isThrough } = await cascadeUser(cascading, from.through ?? [], from.budget);
  if (!isThrough) {
    kept.push({ before: cascade, after: { ...cascade, changed } });
    return { is: 'begun', through };
  }
  await logMessages(work, cascade, changed);
  if (erasureMode(cascade, users.get(cascade.user_id))) {
    const told = cascade.messages;
    kept.push({ before: cascade, after: { ...cascade, changed, ...(told && { told }) } });
    return { is: 'ready', left: left - 1 };
  }
  ended.push(cascade.user_id);
  return { is: 'through', outcome: outcomeOf({ ...cascade, changed }), left: left - 1 };
}

/** Logs one event for all messages of the user, once the last of them is done. */
async function logMessages(
  { step, rules, tools, users }: LifeCycleStep,
  { user_id, kind, messages, told }: CascadeRow,
  counts: Counts,
): Promise<void> {
  const { transaction, actor } = step;
  const concerned = kind !== 'delete' || messages !== told;
  if (!concerned || !hasMessages(counts, tools.products)) return;
  // The users were read before this step changed them, if it does that.
  const known = rules.change ? undefined : users.get(user_id);
  const user = toUser(known ?? (await findUser(transaction, user_id)), transaction.now);
  if (kind === 'reactivate' || kind === 'restore') {
    logUserEvent(transaction, actor, { type: 'user.messages.restored', user, counts });
  } else {
    const mode = messages ?? 'soft';
    logUserEvent(transaction, actor, { type: 'user.messages.deleted', user, mode, counts });
  }
}

function hasMessages(counts: Counts, products: readonly Product[]): boolean {
  return products.some(({ name, ofMessages = [] }) => ofMessages.some(thing => counts[name]?.[thing]));
}
