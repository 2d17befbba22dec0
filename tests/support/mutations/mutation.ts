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
  /** The engine that the mechanism is for. Absent: it is for all, and is tested on the default one. */
  engine?: 'sqlite3' | 'better-sqlite3' | 'postgres';
  /** How long the test may take before it counts as hanging, and so as red. Default: {@link HANGS_MS}. */
  hangsMs?: number;
}

/** Longer than most of the named tests take: without its mechanism a test may also hang, and that is red, too. */
export const HANGS_MS = 30_000;

/** A mechanism of a file: its name, the text that does it, what stands there instead, and the name of the test. */
type Row = readonly [mechanism: string, from: string, to: string, testName: string];

/** Mechanisms of one file that the tests of another one notice. */
export function switchedOff(
  { file, test, ...options }: Pick<Mutation, 'file' | 'engine' | 'hangsMs'> & { test: string },
  rows: readonly Row[],
): Mutation[] {
  return rows.map(([mechanism, from, to, name]) => ({
    mechanism,
    file,
    from,
    to,
    test: { file: test, name },
    ...options,
  }));
}
