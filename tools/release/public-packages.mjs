import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export const readJson = path => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

/** Every package of the repository: its folder from the root, and its package.json. */
export function allPackages() {
  const folders = readJson('package.json').workspaces.flatMap(glob =>
    glob.endsWith('/*')
      ? readdirSync(join(ROOT, glob.slice(0, -2))).map(name => `${glob.slice(0, -2)}/${name}`)
      : [glob],
  );
  return folders
    .filter(folder => existsSync(join(ROOT, folder, 'package.json')))
    .map(folder => ({ folder, manifest: readJson(`${folder}/package.json`) }));
}

/** Those that strangers may have. */
export function publicPackages() {
  return allPackages().filter(({ manifest }) => !manifest.private);
}
