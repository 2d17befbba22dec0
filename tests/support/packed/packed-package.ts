import { inject } from 'vitest';

/** A public package as `npm pack` makes it. */
export interface PackedPackage {
  name: string;
  /** Where the tarball is. */
  tarball: string;
  /** The paths of all files in it, without the folder `package` that they are in. */
  files: string[];
}

declare module 'vitest' {
  export interface ProvidedContext {
    packed: PackedPackage[];
  }
}

/** A package by its name, packed once for all test files. */
export function packedPackage(name: string): PackedPackage {
  const found = inject('packed').find(one => one.name === name);
  if (!found) throw new Error(`${name} is no public package: its package.json says "private"`);
  return found;
}
