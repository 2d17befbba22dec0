import { dirname, posix } from 'node:path';
import { type TrackedFile, withoutComments } from './tracked-files.js';

/** One import of a file. */
export interface Import {
  /** The file that imports. */
  from: string;
  /** What it names: a package, `node:…`, or a relative path. */
  specifier: string;
  /** Gone at run time: `import type`, `export type … from`. */
  typeOnly: boolean;
}

/** Sources are formatted, so a static import begins a line and its specifier stands in single quotes. */
const STATIC = /^(?:import|export)\b(?<head>[^'";]*?)(?:\bfrom\s+)?'(?<specifier>[^'\n]+)'/gm;
const DYNAMIC = /\b(?:import|require|require\.resolve)\(\s*'(?<specifier>[^'\n]+)'/g;

/** Every import of a program: static, re-exporting, dynamic and `require`. */
export function importsOf(file: TrackedFile): Import[] {
  const code = withoutComments(file);
  const found: Import[] = [];
  for (const match of code.matchAll(STATIC)) {
    const { head = '', specifier = '' } = match.groups ?? {};
    const declares = /^\s*(const|let|function|class|interface|enum|abstract|async|default)\b|=/.test(head);
    if (!declares) found.push({ from: file.path, specifier, typeOnly: /^\s*type\b(?!\s*from)/.test(head) });
  }
  for (const match of code.matchAll(DYNAMIC)) {
    found.push({ from: file.path, specifier: match.groups?.specifier ?? '', typeOnly: false });
  }
  return found;
}

/** The path from the root that a relative import leads to, or undefined for a package. */
export function relativeTarget({ from, specifier }: Import): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(dirname(from), specifier);
}

/** The package of a specifier: `@rollcall/client/server` is of `@rollcall/client`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
