import {
  type Actor,
  type JsonObject,
  RollcallError,
  type TaskType,
  type UserOutcome,
} from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import type { Job } from '../tasks/job.js';

/** Users in one step: a cancelled task stops after at most this many, and other writers wait no longer than for these. */
const USERS_PER_STEP = 20;

/** What a task about many users is asked with; the ids are distinct. */
export interface BulkUsersInput extends JsonObject {
  ids: string[];
}

/**
 * Does one thing to some users and says what became of each; repeating it changes nothing. Where it throws a
 * RollcallError, it does so before it writes anything: the same transaction goes on then.
 */
export type ApplyToUsers<Input extends BulkUsersInput> = (
  transaction: WriteTransaction,
  actor: Actor,
  work: { ids: readonly string[]; now: number; input: Input },
) => Promise<Record<string, UserOutcome>>;

/** How many of the ids are behind it. */
interface Position extends JsonObject {
  next: number;
}

/**
 * A job that does the same to a list of users, a few in each step. A user that a rule stands against is recorded as
 * failed and keeps no other from being done.
 */
export function bulkUsersJob<Input extends BulkUsersInput>(
  type: TaskType,
  apply: ApplyToUsers<Input>,
): Job<Input, Position> {
  return {
    type,
    async step({ transaction, actor, input, position, now }) {
      const begin = position?.next ?? 0;
      const end = Math.min(begin + USERS_PER_STEP, input.ids.length);
      const ids = input.ids.slice(begin, end);
      const users = await applyToAll(ids, some => apply(transaction, actor, { ids: some, now, input }));
      return { position: { next: end }, users, finished: end === input.ids.length };
    },
  };
}

type Apply = (ids: readonly string[]) => Promise<Record<string, UserOutcome>>;

/** When the users cannot be done together, each is done alone, to tell who it is that stands in the way. */
async function applyToAll(ids: readonly string[], apply: Apply): Promise<Record<string, UserOutcome>> {
  try {
    return await apply(ids);
  } catch (error) {
    if (!isAboutUsers(error)) throw error;
  }
  const outcomes: Record<string, UserOutcome> = {};
  for (const id of ids) {
    try {
      Object.assign(outcomes, await apply([id]));
    } catch (error) {
      if (!isAboutUsers(error)) throw error;
      outcomes[id] = { status: 'failed', error: { code: error.code, message: error.message } };
    }
  }
  return outcomes;
}

/** Whether trying again would not help: a rule was broken, rather than the storage away. */
function isAboutUsers(error: unknown): error is RollcallError {
  return error instanceof RollcallError && error.unrecoverable;
}
