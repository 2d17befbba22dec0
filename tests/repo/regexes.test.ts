import { LIMITS } from '@rollcall/protocol';
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

const LITERAL =
  /(?:^|[=(,:;!&|?[{}>]|\breturn|\n)\s*\/((?![*/])(?:\\[^\n]|\[(?:\\[^\n]|[^\]\\\n])*\]|[^/\\[\n])+)\/([dgimsuvy]*)/g;

/** One that is made of a text, in which only limits may stand. */
const MADE = /\bRegExp\(\s*`([^`]*)`\s*,?\s*(?:'([dgimsuvy]*)')?\s*,?\s*\)/g;

/** The regular expressions in a program: literals, after something that a division cannot stand behind, and those made. */
function expressionsOf(file: TrackedFile): RegExp[] {
  const text = withoutComments(file);
  const made = [...text.matchAll(MADE)].map(([, source = '', flags = '']) => [
    source.replace(/\$\{LIMITS\.(\w+)\}/g, (_, name) => String(LIMITS[name as keyof typeof LIMITS])),
    flags,
  ]);
  const literals = [...text.matchAll(LITERAL)].map(([, source = '', flags = '']) => [source, flags]);
  return [...literals, ...made].flatMap(([source = '', flags = '']) => {
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
  it('are found, wherever they stand', () => {
    expect(found.length).toBeGreaterThan(20);
    const text = 'const a = /x/u;\nrun(/y/g, text => /z/.test(text) || /w/.test(text));\nreturn /v/;';
    const literals = expressionsOf({ path: 'example.ts', text }).map(({ source }) => source);
    expect(literals).toEqual(['x', 'y', 'z', 'w', 'v']);
  });

  it('are literals, or made of a text with nothing but limits in it, so that all of them are found', () => {
    const unread = sources.filter(file => {
      const text = withoutComments(file);
      const read = [...text.matchAll(MADE)].filter(
        ([, source = '']) => !/\$\{(?!LIMITS\.\w+\})/.test(source),
      );
      return [...text.matchAll(/\bRegExp\(/g)].length !== read.length;
    });
    expect(unread.map(({ path }) => path)).toEqual([]);
  });

  it.each(found.map(({ path, expression }) => [String(expression), path, expression] as const))(
    '%s of %s takes under 10 ms for 50 kB of anything',
    (_, __, expression) => {
      const slow = ADVERSARIES.find(text => bestMs(expression, text) >= MAX_MS);
      expect(slow?.slice(0, 8)).toBeUndefined();
    },
  );
});
