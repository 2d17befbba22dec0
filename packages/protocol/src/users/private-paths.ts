import { splitPath } from './custom-data.js';

/**
 * Whether a path into custom data meets private parts of it: it is one of them, lies within one, or holds one. An index
 * of an array is no name, so `contacts.0.phone` meets `contacts.phone`.
 * @param path the names of the path within `custom`; empty: all of it.
 * @param privatePaths the setting `private_custom_fields`.
 * @returns the first private path that it meets; undefined if it meets none.
 */
export function privatePathMetBy(
  path: readonly string[],
  privatePaths: readonly string[],
): string | undefined {
  if (privatePaths.length === 0) return undefined;
  const names = path.filter(name => !isArrayIndex(name));
  return privatePaths.find(one => {
    const own = splitPath(one);
    const shared = Math.min(own.length, names.length);
    return own.slice(0, shared).every((name, index) => name === names[index]);
  });
}

/** Whether a name may be the index of an array. */
export function isArrayIndex(name: string): boolean {
  return /^\d+$/.test(name);
}
