import type { JsonObject, JsonValue } from '@rollcall/protocol';

/** Whether two JSON values are equal. The order of keys does not matter. */
export function jsonEqual(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, index) => jsonEqual(value, other[index]));
  }
  if (!isJsonObject(one) || !isJsonObject(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every(name => Object.hasOwn(other, name) && jsonEqual(one[name], other[name]))
  );
}

/** Whether a JSON value is an object and not an array. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** From here on the order of UTF-16 is not that of UTF-8. */
const ORDERED_OTHERWISE = /[\ud800-\uffff]/;

/**
 * Compares texts by their bytes in UTF-8, as the databases do. JavaScript compares UTF-16 instead, where U+1F600 comes
 * before U+FF61.
 */
export function compareText(one: string, other: string): number {
  if (one === other) return 0;
  if (!ORDERED_OTHERWISE.test(one) && !ORDERED_OTHERWISE.test(other)) return one < other ? -1 : 1;
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
