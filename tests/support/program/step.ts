/** A value that is known only while the program runs. */
type Placeholder =
  /** A part of the answer of an earlier step, by names one inside the other; left out when that step has no such part. */
  | { $answer: [step: number, path: readonly string[]] }
  /** Epoch milliseconds, counted from when the set-up began. */
  | { $time: number }
  /** Epoch milliseconds, counted from the beginning of the step. */
  | { $now: number };

/** The input of a step: JSON with placeholders in it. */
export type StepInput =
  | string
  | number
  | boolean
  | null
  | undefined
  | Placeholder
  | readonly StepInput[]
  | { readonly [name: string]: StepInput };

/** One call, and what is waited for before the next one. */
export interface Step {
  /** `server`, `anonymous`, `nobody`, or the id of a user who has a token. */
  as: string;
  path: string;
  input?: StepInput;
  /**
   * - `task`: the task of the answer has ended; what it came to is a part of the answer.
   * - `quiet`: no task is under way.
   * - `news`: the log has grown once more, of its own accord.
   */
  until?: 'task' | 'quiet' | 'news';
  /** Somebody who is connected while it is called. */
  visitor?: string;
  /** It takes values out of the log that listeners may or may not have heard by then. */
  scrubs?: boolean;
}

/** A part of the answer of an earlier step. */
export function answerOf(step: number, ...path: string[]): StepInput {
  return { $answer: [step, path] };
}
