import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, trackedFiles } from './tracked-files.js';
import { readManifest, workspaces } from './workspaces.js';

interface LockedPackage {
  resolved?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** What a clean checkout is installed from, with `npm ci`: every package by its place. */
const locked = (
  JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  }
).packages;

/** Whether Node would find a package from a place: there, or in any folder above. */
function isFound(place: string, name: string): boolean {
  for (let folder = place; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/'), 0))) {
    const inside = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (locked[inside]) return true;
    if (folder === '') return false;
  }
}

describe('the lock file', () => {
  it('agrees with every package.json', () => {
    const manifests = workspaces(trackedFiles()).map(({ folder, manifest }) => ({ folder, manifest }));
    for (const { folder, manifest } of [
      ...manifests,
      { folder: '', manifest: readManifest('package.json') },
    ]) {
      const { dependencies, devDependencies } = locked[folder] ?? {};
      expect({ folder, dependencies, devDependencies }).toEqual({
        folder,
        dependencies: manifest.dependencies,
        devDependencies: manifest.devDependencies,
      });
    }
  });

  it('holds every package that another one needs, those for other machines included (see complete-lockfile.mjs)', () => {
    const missing = Object.entries(locked).flatMap(([place, { dependencies, optionalDependencies }]) =>
      Object.keys({ ...dependencies, ...optionalDependencies })
        .filter(name => !isFound(place, name))
        .map(name => `${place} needs ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('says of no package from where it was fetched, so that everybody fetches it from where they can', () => {
    const fetched = Object.entries(locked).filter(
      ([, { resolved, link }]) => resolved !== undefined && !link,
    );
    expect(fetched.map(([place]) => place)).toEqual([]);
  });
});
