import type { Actor, JsonObject, JsonValue, TaskType, UserOutcome } from '@rollcall/protocol';
import type { WriteTransaction } from '../database/unit-of-work.js';
import type { TaskOutput, TaskRow } from './task-table.js';

/*
 * Glossary
 *
 * - Task: a row that says what was asked for and how far it got. It is made in the transaction of the change that asks
 *   for it, so it exists exactly if that change does.
 * - TaskHandler: the code that works on tasks of one type. It keeps nothing in memory: a task may go on in another process.
 * - Step: the piece of a task that one transaction does. What it changes, the events of that, and how far the task got
 *   are committed together or not at all, so a step has its effect exactly once however often it is begun.
 * - User of a task: one of those that the task was asked for about, in the order of the call. It waits until it has an
 *   outcome; the users that wait are where the task goes on.
 * - Position: where the next step begins, in the words of the handler, when it needs to know more than which users wait.
 * - Outcome: what became of one user. Progress is counted in outcomes, so a handler may take many steps for one user; then
 *   all but the last end within the user, and a cancelled task does not stop there.
 * - Claim: a worker takes a task for the time of a lease.
 * - Lease: until when the claim holds, by the database's clock. Every step renews it; when it runs out, because the
 *   process died or stood still, anybody may claim the task.
 * - Fence: a number that grows with every claim. A worker writes under the number it got, so one that was overtaken
 *   while it stood still finds that its step cannot be committed.
 * - Try: one attempt at a step, counted when the task is claimed, before anything can go wrong.
 */

/** What a step gets to work with. */
export interface StepContext<Input extends JsonObject = JsonObject, Position extends JsonValue = JsonValue> {
  transaction: WriteTransaction;
  /** The task as it was committed last. */
  task: TaskRow;
  /** What was asked for, users aside. */
  input: Input;
  /** The next users that wait for their outcome, in the order of the call, at most `limit`. */
  waiting(limit: number): Promise<string[]>;
  /** Where the step before ended; absent at the first. */
  position: Position | undefined;
  /** Who asked for the task, and whom the events of the step name. */
  actor: Actor;
}

/** What a step did. */
export interface StepOutcome<Position extends JsonValue = JsonValue> {
  /** Where the next step begins; absent where the users that wait say enough. */
  position?: Position;
  /** The users that this step finished, whether well or not, by id. */
  users: ReadonlyMap<string, UserOutcome>;
  /** Whether the task is done with this step. */
  finished: boolean;
  /** Whether the step ended in the middle of a user. */
  withinUser?: boolean;
  /** The step found that it has to wait for somebody else: it is tried again after so long, and no try is counted. */
  waitMs?: number;
  /** What the task made so far, when that changed. */
  output?: TaskOutput;
}

/** The work behind one type of task. */
export interface TaskHandler<Input extends JsonObject = JsonObject, Position extends JsonValue = JsonValue> {
  readonly type: TaskType;
  /**
   * Does the next piece of work, through the transaction only. It is short (some twenty users), because on SQLite
   * everybody else waits for it and a cancelled task stops between two steps.
   *
   * A user who cannot be worked on becomes a `failed` outcome. An error that is thrown undoes the step, which is tried
   * again later; after five tries the task has failed.
   */
  step(context: StepContext<Input, Position>): Promise<StepOutcome<Position>>;
}
