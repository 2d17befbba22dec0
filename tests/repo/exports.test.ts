import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, trackedFiles } from './tracked-files.js';
import { type Conditions, workspaces } from './workspaces.js';

const packages = workspaces(trackedFiles());
const exporting = packages.filter(({ manifest }) => manifest.exports);

/** Every file that a table of exports or imports can lead to. */
function filesOf(entry: Conditions): string[] {
  return typeof entry === 'string' ? [entry] : Object.values(entry).flatMap(filesOf);
}

it('there are packages to check', () => {
  expect(exporting.length).toBeGreaterThan(3);
});

describe.each(exporting)('$name', ({ folder, manifest }) => {
  const exported = Object.entries(manifest.exports ?? {});
  const promised = [...exported, ...Object.entries(manifest.imports ?? {})].flatMap(([, entry]) =>
    filesOf(entry),
  );
  const isBuilt = (path: string) => path.startsWith('./dist/');
  const missing = (paths: string[]) => paths.filter(path => !existsSync(join(ROOT, folder, path)));

  it('names every path that it exports, each with its source, its types and its program', () => {
    for (const [subpath, conditions] of exported) {
      if (subpath === './package.json') continue;
      expect(subpath).toMatch(/^\.(\/[a-z-]+)*$/);
      // The first condition that holds wins, so the source comes first and the default last.
      const keys = Object.keys(conditions);
      expect([keys[0], keys.includes('types'), keys.at(-1)]).toEqual(['@rollcall/source', true, 'default']);
    }
  });

  it('exports sources that exist', () => {
    expect(missing(promised.filter(path => !isBuilt(path)))).toEqual([]);
  });

  it('exports files that the build has made (after `npm run build`)', () => {
    // A package of pages exports no program: who serves them finds the page in its folder. A command is run and not imported.
    const inFolder = manifest.bin ? './dist/main.js' : './dist/index.html';
    const built = promised.every(path => path === './package.json') ? [inFolder] : promised.filter(isBuilt);
    expect(built.length).toBeGreaterThan(0);
    expect(missing(built)).toEqual([]);
  });

  it('packs what it exports, and the license with which it may be used', () => {
    if (manifest.private) return;
    expect(manifest.files).toContain('dist');
    expect(manifest.license).toBe('Apache-2.0');
  });
});

describe('commands', () => {
  const commands = packages.flatMap(({ folder, manifest }) =>
    Object.values(manifest.bin ?? {}).map(path => ({ folder, path })),
  );

  it.each(commands)('$folder: $path exists and is run by node', ({ folder, path }) => {
    expect(readFileSync(join(ROOT, folder, path), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
