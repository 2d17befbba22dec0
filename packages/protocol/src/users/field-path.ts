import { LIMITS } from '../limits.js';

/** Names that would reach a prototype when an object is walked; they are refused everywhere. */
const RESERVED_NAMES = new Set(['__proto__', 'prototype', 'constructor']);

/** Whether a name would reach a prototype. */
export function isReservedName(name: string): boolean {
  return RESERVED_NAMES.has(name);
}

/**
 * The grammar of one custom field name: 1–64 characters, no dots, white space, control characters, quotes, back-slashes
 * or brackets, and no `$` in front. It is that strict so that a name can stand in a path of every engine as it is.
 * @returns what is wrong with the name, or undefined when nothing is.
 */
export function fieldNameProblem(name: string): string | undefined {
  if (name === '') return 'a field name must not be empty';
  if (name.length > LIMITS.fieldNameLength) {
    return `a field name has at most ${LIMITS.fieldNameLength} characters`;
  }
  if (isReservedName(name)) return `the field name "${name}" is reserved`;
  if (name.startsWith('$')) return 'a field name must not begin with "$"';
  if (/[.\s\p{Cc}\p{Cs}"'`\\[\]]/u.test(name)) {
    return 'a field name must hold no dots, spaces, control characters, quotes, back-slashes or brackets';
  }
  return undefined;
}

/** Splits a dotted path. It does not check the names: see {@link fieldNameProblem}. */
export function splitPath(path: string): string[] {
  return path.split('.');
}
