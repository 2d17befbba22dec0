import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The module specifiers of a declaration file: `from '…'`, `import('…')` and `import '…'`. */
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)(['"])([^'"]+)\2/gm;

/**
 * Copies the declarations that the entry points lead to, with those of the packages that are inlined, and points every
 * import at the copies. It fails when one of them names a package that whoever installs the client would not have.
 * @param {object} options
 * @param {string[]} options.entryPoints declaration files.
 * @param {Record<string, string>} options.folders where declarations come from, by the folder they are copied into.
 * @param {Record<string, string>} options.inlined declaration files of the packages that are copied along, by name.
 * @param {RegExp} options.allowed packages that may stay imported.
 * @param {string} options.into the folder of the copies.
 * @param {string} options.preamble what every entry point begins with.
 */
export async function gatherDeclarations({ entryPoints, folders, inlined, allowed, into, preamble }) {
  const waiting = entryPoints.map(path => resolve(path));
  const seen = new Set(waiting);

  const copyOf = path => {
    const found = Object.entries(folders).find(([, folder]) => path.startsWith(resolve(folder) + sep));
    if (!found) throw new Error(`${path} lies in none of the folders that are gathered`);
    const [name, folder] = found;
    return join(into, name, relative(folder, path));
  };
  const follow = (specifier, from) => {
    const isRelative = specifier.startsWith('.');
    if (!isRelative && !Object.hasOwn(inlined, specifier)) {
      if (allowed.test(specifier)) return specifier;
      throw new Error(`${from} names ${specifier}, which whoever installs the client does not have`);
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
    if (/^\/\/\/ <reference/m.test(text)) throw new Error(`${from} refers to types by a directive`);
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
