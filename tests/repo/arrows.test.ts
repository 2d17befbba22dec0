import { describe, expect, it } from 'vitest';
import { importsOf, packageOf, relativeTarget } from './imports.js';
import { isConfig, isProgram, isTest, placesOf, trackedFiles, withoutComments } from './tracked-files.js';
import { declared, workspaces } from './workspaces.js';

/**
 * Which package may import which. A package that is not listed here fails the check, so a new one is thought about.
 * Leaves may import anything and are imported by tests only.
 */
const ARROWS: Record<string, { uses: string[]; typesOf?: string[] } | 'leaf'> = {
  '@rollcall/protocol': { uses: [] },
  '@rollcall/core': { uses: ['@rollcall/protocol'] },
  '@rollcall/router': { uses: ['@rollcall/core', '@rollcall/protocol'] },
  // It serves the files of the console, and imports nothing of it.
  '@rollcall/server': { uses: ['@rollcall/router', '@rollcall/core', '@rollcall/protocol'] },
  '@rollcall/client': { uses: ['@rollcall/protocol'], typesOf: ['@rollcall/router'] },
  '@rollcall/react': { uses: ['@rollcall/client'] },
  // The oldest React that the bindings work with, for their tests.
  '@rollcall/react-18': { uses: [] },
  '@rollcall/console': { uses: ['@rollcall/client', '@rollcall/react'] },
  // The server for `serve`, `migrate` and `check-config`; everything else the command does as a client.
  '@rollcall/cli': { uses: ['@rollcall/client', '@rollcall/protocol', '@rollcall/server'] },
  // What a stranger copies gets along with what a stranger has: the packed client and hooks, or the core that the server gives.
  '@rollcall/example-back-end-with-sign-in': { uses: ['@rollcall/client'] },
  '@rollcall/example-bookmarks': { uses: ['@rollcall/core'] },
  '@rollcall/example-nightly-sync': { uses: ['@rollcall/client'] },
  '@rollcall/example-page-without-bundler': { uses: ['@rollcall/client'] },
  '@rollcall/example-react-app': { uses: ['@rollcall/client', '@rollcall/react'] },
  '@rollcall/example-search-index': { uses: ['@rollcall/client'] },
  '@rollcall/example-server-rendering': { uses: ['@rollcall/client', '@rollcall/react'] },
  // The documents of the HTTP API, out of the types of the router and the table of calls.
  '@rollcall/openapi': { uses: ['@rollcall/protocol', '@rollcall/server'] },
  '@rollcall/testing': 'leaf',
  '@rollcall/tests': 'leaf',
  '@rollcall/bench': 'leaf',
};

const files = trackedFiles();
const programs = files.filter(isProgram);
const packages = workspaces(files);

function ownerOf(path: string) {
  return packages.find(({ folder }) => path.startsWith(`${folder}/`));
}

describe('imports between packages', () => {
  const between = programs.flatMap(file => {
    const owner = ownerOf(file.path);
    if (!owner) return [];
    const foreign = importsOf(file).filter(({ specifier }) => specifier.startsWith('@rollcall/'));
    return foreign
      .map(one => ({ ...one, owner, target: packageOf(one.specifier), test: isTest(file) }))
      .filter(({ target }) => target !== owner.name);
  });

  it('are found at all', () => {
    expect(between.length).toBeGreaterThan(10);
    expect(packages.map(({ name }) => name).sort()).toEqual(Object.keys(ARROWS).sort());
  });

  it('follow the arrows', () => {
    const wrong = between.filter(({ owner, target, typeOnly, test }) => {
      const rule = ARROWS[owner.name];
      if (rule === 'leaf') return false;
      const allowed = [...(rule?.uses ?? []), ...(typeOnly ? (rule?.typesOf ?? []) : [])];
      return !allowed.includes(target) && !(test && ARROWS[target] === 'leaf');
    });
    expect(wrong.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });

  it('are declared in the package.json of who imports', () => {
    const missing = between.filter(({ owner, target }) => !declared(owner.manifest).includes(target));
    expect(missing.map(({ from, target }) => `${from} imports ${target}`)).toEqual([]);
  });

  it('go through the package, never by a path into its folder', () => {
    const leaving = programs.flatMap(file => {
      const owner = ownerOf(file.path);
      return importsOf(file).filter(one => {
        const target = relativeTarget(one);
        const shared = isConfig(file) && target === 'vitest.shared.js';
        return target !== undefined && owner && !target.startsWith(`${owner.folder}/`) && !shared;
      });
    });
    expect(leaving.map(({ from, specifier }) => `${from} imports ${specifier}`)).toEqual([]);
  });
});

describe('the protocol', () => {
  /** Every file that is loaded with a file, by relative imports. */
  function loadedWith(path: string, loaded = new Set<string>()): Set<string> {
    const file = programs.find(one => one.path === path);
    if (!file || loaded.has(path)) return loaded;
    loaded.add(path);
    for (const one of importsOf(file).filter(({ typeOnly }) => !typeOnly)) {
      const target = relativeTarget(one);
      if (target) loadedWith(target.replace(/\.js$/, '.ts'), loaded);
    }
    return loaded;
  }

  it('has an entry for browsers that brings no zod along', () => {
    const loaded = loadedWith('packages/protocol/src/index.ts');
    expect(loaded.size).toBeGreaterThan(5);
    const guilty = programs
      .filter(({ path }) => loaded.has(path))
      .flatMap(importsOf)
      .filter(({ specifier, typeOnly }) => packageOf(specifier) === 'zod' && !typeOnly);
    expect(guilty.map(({ from }) => from)).toEqual([]);
  });
});

describe('what only some files may do', () => {
  const places = (pattern: RegExp, applies: (path: string) => boolean) =>
    programs
      .filter(file => applies(file.path) && !isTest(file))
      .flatMap(file => placesOf(file, pattern, withoutComments(file)));

  it('the environment is read by the programs that are started, not by the packages they use', () => {
    const inside = (path: string) => /^packages\/(protocol|core|router|client)\/src\//.test(path);
    expect(places(/\bprocess\.env\b/, inside)).toEqual([]);
  });

  it('only a main.ts ends the process', () => {
    expect(places(/\bprocess\.exit\(/, path => path.includes('/src/') && !path.endsWith('/main.ts'))).toEqual(
      [],
    );
  });

  it('only the sources of each engine and the pool of PostgreSQL know the database drivers', () => {
    const drivers = ['sqlite3', 'better-sqlite3', 'pg'];
    const importers = programs
      .filter(file => !isTest(file) && !file.path.startsWith('bench/'))
      .flatMap(importsOf)
      .filter(({ specifier }) => drivers.includes(packageOf(specifier)))
      .map(({ from }) => from);
    expect([...new Set(importers)]).toEqual([
      'packages/core/src/database/postgres-sources.ts',
      // The pool is the driver's, and TypeORM has no part in it.
      'packages/core/src/database/primary-pool.ts',
      'packages/core/src/database/sqlite-sources.ts',
    ]);
  });

  it('every export has a name, and is named where it is passed on', () => {
    expect(places(/^\s*export \*/, () => true)).toEqual([]);
    const unnamed = programs
      // The server takes an operator's product from the default export of its module.
      .filter(file => !isConfig(file) && !file.path.startsWith('examples/'))
      .flatMap(file => placesOf(file, /^\s*export default\b/, withoutComments(file)));
    expect(unnamed).toEqual([]);
  });
});
