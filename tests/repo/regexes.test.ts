import { describe, expect, it } from 'vitest';
import {
  isConfig,
  isProgram,
  isTest,
  type TrackedFile,
  trackedFiles,
  withoutComments,
} from './tracked-files.js';

const LENGTH = 50_000;
const MAX_MS = 10;

/** The best of so many tries counts: a machine that is busy with something else makes any of them slow. */
const TRIES = 3;

/** Texts that make an expression go back and try again, if anything in it can. */
const ADVERSARIES = [
  'a',
  '0',
  ' ',
  '.',
  '-',
  '_',
  ',',
  ':',
  '/',
  '\\',
  '"',
  "'",
  '@',
  '%',
  '{',
  '[',
  '(',
  '+',
  '\n',
  '\t',
  'é',
]
  .flatMap(one => [one.repeat(LENGTH), `${one.repeat(LENGTH)}\u0000`, `\u0000${one.repeat(LENGTH)}!`])
  .concat(
    ['a.', 'a-', 'a ', ' a', 'a,', '1:', 'a:b@', '://', 'eyJa.', 'aA0', '::', 'ab/'].flatMap(two => [
      two.repeat(LENGTH / 2),
      `${two.repeat(LENGTH / 2)}\u0000`,
    ]),
  );

/** The regular expressions in a program: after something that a division cannot stand behind. */
function expressionsOf(file: TrackedFile): RegExp[] {
  const literal =
    /(?:^|[=(,:;!&|?[{}]|\breturn|\n)\s*\/((?![*/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\[\n])+)\/([dgimsuvy]*)/g;
  return [...withoutComments(file).matchAll(literal)].flatMap(([, source = '', flags = '']) => {
    try {
      return [new RegExp(source, flags.replace(/[gy]/g, ''))];
    } catch {
      return [];
    }
  });
}

/** What these read is written by who runs the program, or by the server of theirs, never by a caller. */
const READ_NO_CALLER = ['packages/client/src/transport/server-url.ts', 'apps/cli/src/output/error-line.ts'];

const sources = trackedFiles().filter(
  file =>
    isProgram(file) &&
    !isTest(file) &&
    !isConfig(file) &&
    /^(packages|apps)\/[^/]+\/src\//.test(file.path) &&
    !READ_NO_CALLER.includes(file.path),
);
const found = sources.flatMap(file =>
  expressionsOf(file).map(expression => ({ path: file.path, expression })),
);

/** The time that the CPU had to do with it: what others do on this machine is no matter. */
function bestMs(expression: RegExp, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES && best >= MAX_MS; attempt++) {
    const before = process.cpuUsage();
    expression.test(text);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

describe('the regular expressions of the source', () => {
  it('are found', () => {
    expect(found.length).toBeGreaterThan(20);
  });

  it.each(found.map(({ path, expression }) => [String(expression), path, expression] as const))(
    '%s of %s takes under 10 ms for 50 kB of anything',
    (_, __, expression) => {
      const slow = ADVERSARIES.find(text => bestMs(expression, text) >= MAX_MS);
      expect(slow?.slice(0, 8)).toBeUndefined();
    },
  );
});
