import type { Actor, JsonObject, JsonValue, TaskType, UserOutcome } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import type { TaskOutput, TaskRow } from './task-table.js';
import type { OutcomeCounts } from './task-users.js';

/*
 * Glossary
 *
 * - Task: a row that says what was asked for and how far it got. It is made in the transaction of the change that asks
 *   for it, so it exists exactly if that change does.
 * - TaskHandler: the code that works on tasks of one type. It keeps nothing in memory: a task may go on in another process.
 * - Step: the piece of a task that one transaction does. Its changes, their events, and how far the task got are committed
 *   together or not at all. So a step takes effect exactly once, however often it is begun.
 * - User of a task: one of the users that the call named, in the order of the call. It waits until it has an outcome; the
 *   task goes on with the users that wait.
 * - List of a task: users whom a task that acts on very many has still to reach (task-lists.ts).
 * - Position: where the next step begins, in a form of the handler's own. A handler needs it only if the users that wait
 *   do not say enough.
 * - Outcome: what became of one user. Progress is counted in outcomes, so a handler may take many steps for one user. All
 *   these steps but the last end within the user, and a cancelled task does not stop there.
 * - Claim: a worker takes a task for the time of a lease.
 * - Lease: the time for which a claim holds, by the clock of the database. Every step renews it. When it is over, because
 *   the process died or was paused, any worker may claim the task.
 * - Fence: a number that grows with every claim. A worker writes under the number that it got, so a worker that was
 *   overtaken while it was paused cannot commit its step.
 * - Try: one attempt at a step. It is counted when the task is claimed, before anything can go wrong.
 */

/** What a step works with. */
export interface StepContext<Input extends JsonObject = JsonObject, Position extends JsonValue = JsonValue> {
  transaction: WriteTransaction;
  /** The task as it was committed last. */
  task: TaskRow;
  /** What was asked for, besides the users. */
  input: Input;
  /** The next users that wait for their outcome, in the order of the call, at most `limit`. */
  waiting(limit: number): Promise<string[]>;
  /** Where the step before ended; absent at the first step. */
  position: Position | undefined;
  /** Who asked for the task; the events of the step have this actor. */
  actor: Actor;
}

/** What a step did. */
export interface StepOutcome<Position extends JsonValue = JsonValue> {
  /** Where the next step begins; absent when the users that wait say enough. */
  position?: Position;
  /** What became of the users that this step finished, by id. */
  users: ReadonlyMap<string, UserOutcome>;
  /** How many users it finished besides those, of whom the handler itself keeps what is to be kept. */
  counted?: OutcomeCounts;
  /** Whether the task is done with this step. */
  finished: boolean;
  /** Whether the step ended in the middle of a user. */
  withinUser?: boolean;
  /** The step has to wait for another task: it is tried again after this time, and the try does not count. */
  waitMs?: number;
  /** What the task has made so far, if that changed. */
  output?: TaskOutput;
}

/** The work of one type of task. */
export interface TaskHandler<Input extends JsonObject = JsonObject, Position extends JsonValue = JsonValue> {
  readonly type: TaskType;
  /**
   * Does the next piece of work, through the transaction only. It has to be short (about twenty users): on SQLite all
   * other writers wait for it, and a cancelled task stops between two steps.
   *
   * A user who cannot be worked on gets a `failed` outcome. An error that is thrown undoes the step, which is tried again
   * later; after five tries the task fails.
   */
  step(context: StepContext<Input, Position>): Promise<StepOutcome<Position>>;
}
