/**
 * A text that is the same for values that mean the same: the order of names does not count. So an object that is written anew
 * with every render is still the same key. `undefined` is told apart from a name that is left out: a filter with it is an error.
 */
export function canonicalKey(...values: readonly unknown[]): string {
  return JSON.stringify(values, (_, value) =>
    value === undefined
      ? '\0'
      : value && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
        : value,
  );
}
