/**
 * One text for all values of JSON that mean the same: names sorted, no spaces. It is written by hand: an object that is built
 * again would lose a name such as `__proto__`. What JSON leaves out is left out.
 */
export function sortedJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  const fields = value as Record<string, unknown>;
  const names = Object.keys(fields)
    .filter(name => fields[name] !== undefined)
    .sort();
  return `{${names.map(name => `${JSON.stringify(name)}:${sortedJson(fields[name])}`).join(',')}}`;
}
