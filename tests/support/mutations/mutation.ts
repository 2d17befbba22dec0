/** One mechanism that a promise rests on, switched off, and the test that must notice. */
export interface Mutation {
  /** What is switched off, in a few words. */
  mechanism: string;
  /** The file that has it, from the root. */
  file: string;
  /** The text that does it; it occurs once in the file. */
  from: string;
  /** What stands there instead. */
  to: string;
  /** The test that goes red: its file, and its name, or the beginning of it, without the names of its suites. */
  test: { file: string; name: string };
}
