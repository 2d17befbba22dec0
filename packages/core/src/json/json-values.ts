import type { JsonValue } from '@rollcall/protocol';

/** The types between which MongoDB never compares: `18` is neither `"18"` nor less than it. */
export type JsonKind = 'null' | 'number' | 'string' | 'object' | 'array' | 'boolean';

/** The type of a value. */
export function kindOf(value: JsonValue): JsonKind {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as 'number' | 'string' | 'object' | 'boolean';
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
