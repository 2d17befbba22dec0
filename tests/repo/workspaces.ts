import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type TrackedFile } from './tracked-files.js';

/** One entry of `exports` or `imports`: a file, or files by condition. */
export type Conditions = string | { [condition: string]: Conditions };

/** The parts of a package.json that the repository has rules about. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  type?: string;
  workspaces?: string[];
  scripts?: Record<string, string>;
  bin?: Record<string, string>;
  files?: string[];
  license?: string;
  engines?: Record<string, string>;
  exports?: Record<string, Conditions>;
  imports?: Record<string, Conditions>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** One package of the workspace. */
export interface Workspace {
  name: string;
  /** Its folder, from the root, without a slash at its end. */
  folder: string;
  manifest: Manifest;
}

/** The manifest at a path from the root. */
export function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Manifest;
}

/** Every package that the root's `workspaces` name, found among the tracked files. */
export function workspaces(files: readonly TrackedFile[]): Workspace[] {
  const globs = readManifest('package.json').workspaces ?? [];
  const patterns = globs.map(glob => new RegExp(`^${glob.replace('*', '[^/]+')}/package\\.json$`));
  return files
    .filter(({ path }) => patterns.some(pattern => pattern.test(path)))
    .map(({ path }) => {
      const manifest = readManifest(path);
      return { name: manifest.name, folder: path.slice(0, -'/package.json'.length), manifest };
    });
}

/** Those that strangers may have: all but the private ones. */
export function publicWorkspaces(files: readonly TrackedFile[]): Workspace[] {
  return workspaces(files).filter(({ manifest }) => !manifest.private);
}

/** Every package that a manifest declares, however it is needed. */
export function declared(manifest: Manifest): string[] {
  return [manifest.dependencies, manifest.devDependencies, manifest.peerDependencies].flatMap(packages =>
    Object.keys(packages ?? {}),
  );
}
