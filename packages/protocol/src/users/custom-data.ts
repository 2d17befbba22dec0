import type { JsonObject, JsonValue } from '../json.js';
import { LIMITS } from '../limits.js';
import { textProblem } from './text.js';

/** Names that would reach a prototype when code walks an object. They are refused everywhere. */
const RESERVED_NAMES = new Set(['__proto__', 'prototype', 'constructor']);

/** Whether a name would reach a prototype. */
export function isReservedName(name: string): boolean {
  return RESERVED_NAMES.has(name);
}

/**
 * The grammar of a custom field name: 1–64 characters; no dots, white space, control characters, quotes, back-slashes
 * or brackets; no `$` in front. It is strict so that a name can stand unchanged in a path of every engine.
 * @returns what is wrong with the name, or undefined if it is valid.
 */
export function fieldNameProblem(name: string): string | undefined {
  if (name === '') return 'a field name must not be empty';
  if (name.length > LIMITS.fieldNameLength) {
    return `a field name has at most ${LIMITS.fieldNameLength} characters`;
  }
  if (isReservedName(name)) return `the field name "${name}" is reserved`;
  if (name.startsWith('$')) return 'a field name must not begin with "$"';
  if (/[.\s\p{Cc}\p{Cs}"'`\\[\]]/u.test(name)) {
    return 'a field name must contain no dots, spaces, control characters, quotes, back-slashes or brackets';
  }
  return undefined;
}

/** Splits a dotted path. It does not check the names: see {@link fieldNameProblem}. */
export function splitPath(path: string): string[] {
  return path.split('.');
}

/** What is wrong with a piece of custom data, and where. */
export interface CustomProblem {
  /** Dotted path from the user, for instance `custom.address.city`. */
  field: string;
  message: string;
}

/**
 * Checks that a value can be custom data: JSON, at most 8 objects or arrays deep, every field name within the grammar,
 * every string storable.
 * @param path the position of the value, for instance `['custom', 'address']`.
 */
export function customProblems(value: unknown, path: string[]): CustomProblem[] {
  const problems: CustomProblem[] = [];
  check(value, path, problems);
  return problems;
}

function check(value: unknown, path: string[], problems: CustomProblem[]): void {
  const complain = (message: string) => problems.push({ field: path.join('.'), message });
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) complain('a number must be finite');
    return;
  }
  if (typeof value === 'string') {
    const problem = textProblem(value);
    if (problem) complain(`a string ${problem}`);
    return;
  }
  if (typeof value !== 'object') {
    complain(`custom data is JSON, and JSON has no ${typeof value}`);
    return;
  }
  // The length of the path is the depth of the value: `custom` is the first object.
  if (path.length > LIMITS.customDepth) {
    complain(`custom data is at most ${LIMITS.customDepth} levels deep`);
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    const problem = Array.isArray(value) ? undefined : fieldNameProblem(name);
    if (problem) complain(`${problem}; this is ${JSON.stringify(name.slice(0, LIMITS.fieldNameLength))}`);
    else check(inner, [...path, name], problems);
  }
}

/** The size of a value in bytes, as JSON in UTF-8. All size limits of users use it. */
export function jsonBytes(value: JsonValue | undefined): number {
  return value === undefined ? 0 : new TextEncoder().encode(JSON.stringify(value)).length;
}

/** Checks the size of custom data as a whole. */
export function customSizeProblem(custom: JsonObject, maxBytes: number): CustomProblem | undefined {
  const bytes = jsonBytes(custom);
  if (bytes <= maxBytes) return undefined;
  return { field: 'custom', message: `custom data has at most ${maxBytes} bytes as JSON; this has ${bytes}` };
}
