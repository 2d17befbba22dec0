/*
 * Words for what was given and what is accepted: the client and the server say the same of the same mistake.
 */
import { nearestName } from './nearest-name.js';

/** Longer texts are cut: a message is to be read. */
const MAX_SHOWN = 40;

/** What was given, in a few words. */
export function described(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);
  }
  if (typeof value === 'bigint') return `the BigInt ${value}`;
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return 'an array';
  if (isThenable(value)) return 'a promise: await it first';
  const [, name = 'object'] = /^\[object (\w+)\]$/.exec(Object.prototype.toString.call(value)) ?? [];
  return name === 'Object' ? 'an object' : `an object of the class ${name}`;
}

/** Whether somebody forgot to await it. */
export function isThenable(value: object): boolean {
  return typeof (value as { then?: unknown }).then === 'function';
}

/** What to say of a name that is not among these. */
export function unknownName(given: string, names: readonly string[]): string {
  const nearest = nearestName(given, names);
  return `is unknown; accepted are ${names.join(', ')}${nearest === undefined ? '' : `; did you mean ${nearest}?`}`;
}
