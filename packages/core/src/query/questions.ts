import type { ValueTest } from './value-test.js';

/** A question about a user's custom data: whether a member with this name passes one of these tests. */
export interface Question {
  name: string;
  tests: readonly ValueTest[];
}

/** Questions about members of the same objects. */
export interface Questions {
  /** The way to the objects: all names of a path but the last. */
  way: readonly string[];
  /** Whether a name on the way, or the name that is asked about, may be an index of an array. Then it is always the same one. */
  byIndex: boolean;
  questions: Question[];
}
