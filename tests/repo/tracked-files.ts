import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** One file of the repository, by its path from the root. */
export interface TrackedFile {
  path: string;
  /** Its text; empty for a binary file. */
  text: string;
}

/**
 * Every file that is in the repository or would be with the next commit, sorted. What git ignores is left out, and so is
 * what has been deleted.
 */
export function trackedFiles(): TrackedFile[] {
  const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const paths = [...new Set(list.split('\0'))].filter(isFile);
  return paths.sort().map(path => ({ path, text: textOf(path) }));
}

function isFile(path: string): boolean {
  return statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile() ?? false;
}

function textOf(path: string): string {
  const bytes = readFileSync(join(ROOT, path));
  return bytes.includes(0) ? '' : bytes.toString('utf8');
}

/** Whether a file is a program: TypeScript or JavaScript. */
export function isProgram({ path }: TrackedFile): boolean {
  return /\.(ts|tsx|mts|js|mjs)$/.test(path);
}

/** Whether a file belongs to tests: it may use what is made for tests. */
export function isTest({ path }: TrackedFile): boolean {
  return /\.test\.tsx?$|(^|\/)tests?\/|^packages\/testing\//.test(path);
}

/** Whether a file configures a tool; those are looked up by the tool, with a default export. */
export function isConfig({ path }: TrackedFile): boolean {
  return /\.config\.(ts|mjs)$|-global-setup\.ts$/.test(path);
}

/** The text of a program with its comments blanked out, line by line. */
export function withoutComments({ text }: TrackedFile): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, comment => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|[^:'"`\\/])\/\/.*$/gm, '$1');
}

/** Where a pattern stands in the text of a file: `path:line`, once for each line. */
export function placesOf(file: TrackedFile, pattern: RegExp, text = file.text): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => (pattern.test(line) ? [`${file.path}:${index + 1}`] : []));
}
