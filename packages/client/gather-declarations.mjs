import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The module specifiers of a declaration file: `from '…'`, `import('…')` and `import '…'`. */
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)(['"])([^'"]+)\2/gm;

/**
 * Copies the declarations that the entry points import, also those of the inlined packages, and points every import at
 * the copies. It fails if one of them names a package that an installed client would lack.
 * @param {object} options
 * @param {string[]} options.entryPoints the declaration files to begin with.
 * @param {Record<string, string>} options.folders the folders of the declarations, by the name of the folder for the
 * copies.
 * @param {Record<string, string>} options.inlined the declaration files of the packages to copy along, by package name.
 * @param {RegExp} options.allowed the packages that the copies may still import.
 * @param {string} options.into the folder for the copies.
 * @param {string} options.preamble the first line of every entry point.
 */
export async function gatherDeclarations({ entryPoints, folders, inlined, allowed, into, preamble }) {
  const waiting = entryPoints.map(path => resolve(path));
  const seen = new Set(waiting);

  const copyOf = path => {
    const found = Object.entries(folders).find(([, folder]) => path.startsWith(resolve(folder) + sep));
    if (!found) throw new Error(`${path} is not in any of the folders to gather`);
    const [name, folder] = found;
    return join(into, name, relative(folder, path));
  };
  const follow = (specifier, from) => {
    const isRelative = specifier.startsWith('.');
    if (!isRelative && !Object.hasOwn(inlined, specifier)) {
      if (allowed.test(specifier)) return specifier;
      throw new Error(`${from} imports ${specifier}, which an installed client lacks`);
    }
    const target = isRelative
      ? resolve(dirname(from), specifier.replace(/\.js$/, '.d.ts'))
      : resolve(inlined[specifier]);
    if (!seen.has(target)) waiting.push(target);
    seen.add(target);
    const path = relative(dirname(copyOf(from)), copyOf(target))
      .split(sep)
      .join('/');
    return (path.startsWith('.') ? path : `./${path}`).replace(/\.d\.ts$/, '.js');
  };

  for (let path = waiting.pop(); path; path = waiting.pop()) {
    const from = path;
    const text = await readFile(from, 'utf8');
    if (/^\/\/\/ <reference/m.test(text))
      throw new Error(`${from} has a reference directive; import the types instead`);
    const rewritten = text
      .replace(/^\/\/# sourceMappingURL=.*\n?/m, '')
      .replace(
        SPECIFIER,
        (_, before, quote, specifier) => `${before}${quote}${follow(specifier, from)}${quote}`,
      );
    await mkdir(dirname(copyOf(from)), { recursive: true });
    const isEntryPoint = entryPoints.some(path => resolve(path) === from);
    await writeFile(copyOf(from), isEntryPoint ? `${preamble}${rewritten}` : rewritten);
  }
}

/** The declaration file of a built package. */
export function declarationsOf(name) {
  return fileURLToPath(import.meta.resolve(name)).replace(/\.js$/, '.d.ts');
}
