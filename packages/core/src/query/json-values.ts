import type { JsonObject, JsonValue } from '@rollcall/protocol';

/** The types between which MongoDB never compares: `18` is neither `"18"` nor less than it. */
export type JsonKind = 'null' | 'number' | 'string' | 'object' | 'array' | 'boolean';

/** The type of a value. */
export function kindOf(value: JsonValue): JsonKind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'number' | 'string' | 'object' | 'boolean';
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equality by type and value. Objects are equal when they have equal fields, in any order. */
export function sameJson(one: JsonValue, other: JsonValue): boolean {
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    return one.every((element, index) => sameJson(element, other[index] as JsonValue));
  }
  if (!isJsonObject(one)) return one === other;
  if (!isJsonObject(other)) return false;
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every(
    name => Object.hasOwn(other, name) && sameJson(one[name] as JsonValue, other[name] as JsonValue),
  );
}

/**
 * Orders texts by their bytes in UTF-8, as the databases do. The order of JavaScript differs: it compares UTF-16, where
 * U+1F600 comes before U+FF61.
 */
export function compareText(one: string, other: string): number {
  return one === other ? 0 : Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** The first characters of a text, counted as the databases count them: by code points. */
export function firstCharacters(text: string, count: number): string {
  return text.length <= count ? text : Array.from(text).slice(0, count).join('');
}
