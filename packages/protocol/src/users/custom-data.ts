import { FirstFound } from '../errors/first-found.js';
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

/** `custom`, a name for every level, and one name too many. */
const TOLD_NAMES = LIMITS.customDepth + 2;

/**
 * Splits a dotted path. It does not check the names: see {@link fieldNameProblem}. A path of more names than any may have
 * is split as far as that shows: half a million dots fit into a request.
 */
export function splitPath(path: string): string[] {
  return path.split('.', TOLD_NAMES);
}

/** What is wrong with a piece of custom data, and where. */
export interface CustomProblem {
  /** Dotted path from the user, for instance `custom.address.city`. */
  field: string;
  message: string;
}

/** Is told of a problem. It makes the problem only if it has a use for it. */
export type TellProblem = (make: () => CustomProblem) => void;

/**
 * Checks that a value can be custom data: JSON, at most 8 objects or arrays deep, every field name within the grammar,
 * every string storable.
 * @param path the position of the value, for instance `['custom', 'address']`.
 */
export function checkCustom(value: unknown, path: readonly string[], tell: TellProblem): void {
  check(value, [...path], tell);
}

/** The same for a field of a name in an object at the path. */
export function checkCustomField(field: [string, unknown], path: readonly string[], tell: TellProblem): void {
  checkField(field, [...path], tell);
}

/** What is wrong with a value as custom data: the first of it, and how much more there is. */
export function customProblems(value: unknown, path: readonly string[]): FirstFound<CustomProblem> {
  const problems = new FirstFound<CustomProblem>();
  checkCustom(value, path, make => problems.add(make));
  return problems;
}

/** @param path is one list for all of the value, so that going through it makes nothing. */
function check(value: unknown, path: string[], tell: TellProblem): void {
  const complain = (message: string) => tell(() => ({ field: path.join('.'), message }));
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
  const checkInner = Array.isArray(value) ? checkWithin : checkField;
  for (const inner of Object.entries(value)) checkInner(inner, path, tell);
}

function checkField([name, value]: [string, unknown], path: string[], tell: TellProblem): void {
  const problem = fieldNameProblem(name);
  if (problem) {
    const shown = () => JSON.stringify(name.slice(0, LIMITS.fieldNameLength));
    tell(() => ({ field: path.join('.'), message: `${problem}; this is ${shown()}` }));
  } else {
    checkWithin([name, value], path, tell);
  }
}

function checkWithin([name, value]: [string, unknown], path: string[], tell: TellProblem): void {
  path.push(name);
  check(value, path, tell);
  path.pop();
}

/** The size of a value in bytes, as JSON in UTF-8. All size limits of users use it. */
export function jsonBytes(value: JsonValue | undefined): number {
  return value === undefined ? 0 : new TextEncoder().encode(JSON.stringify(value)).length;
}

/**
 * Whether a value is certainly at most so long. It saves the counting of bytes in nearly all cases: UTF-8 takes at most
 * three bytes for each unit of a string's length.
 */
export function jsonCertainlyFits(value: JsonValue, maxBytes: number): boolean {
  return JSON.stringify(value).length * 3 <= maxBytes;
}

/** Checks the size of custom data as a whole. */
export function customSizeProblem(custom: JsonObject, maxBytes: number): CustomProblem | undefined {
  if (jsonCertainlyFits(custom, maxBytes)) return undefined;
  const bytes = jsonBytes(custom);
  if (bytes <= maxBytes) return undefined;
  return { field: 'custom', message: `custom data has at most ${maxBytes} bytes as JSON; this has ${bytes}` };
}
