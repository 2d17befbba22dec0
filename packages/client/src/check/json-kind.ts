import { described } from '@rollcall/protocol';
import { isRecord, type Kind, type Problem, within, wrong } from './kind.js';

/** Deeper than anything that is accepted. The server says how deep each thing may be. */
const MAX_LEVELS = 64;

/** What JSON can say. What it cannot say fails, and what it would leave out is lost: neither can be meant. */
export const json: Kind<never> = {
  accepts: 'what JSON can say',
  problem: (value, path) => unsayable(value, path, []),
};

/** An object of names that are free, of what JSON can say. */
export const jsonObject: Kind<never> = {
  accepts: 'an object of what JSON can say',
  problem: (value, path) =>
    isRecord(value) ? json.problem(value, path) : wrong(path, jsonObject.accepts, value),
};

/** @param around the objects around the value. One of them within itself is a circle. */
function unsayable(value: unknown, path: string, around: readonly object[]): Problem | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') {
    return Number.isFinite(value)
      ? undefined
      : { field: path, message: `is ${value}, which JSON cannot say` };
  }
  if (value === undefined) {
    return { field: path, message: 'is undefined, which JSON leaves out: leave it out, or say null' };
  }
  if (typeof value !== 'object')
    return { field: path, message: `is ${described(value)}, which JSON cannot say` };
  if (around.includes(value)) return { field: path, message: 'is in itself: JSON cannot say a circle' };
  if (around.length >= MAX_LEVELS) return { field: path, message: `is more than ${MAX_LEVELS} levels deep` };
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return saysOfItself(value, path, around);
  if (!Array.isArray(value) && !isRecord(value)) {
    return { field: path, message: `is ${described(value)}, which JSON cannot say` };
  }
  // The keys of an array include the places where nothing was put.
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const inner = (value as Record<string | number, unknown>)[key];
    const problem = unsayable(inner, within(path, key), [...around, value]);
    if (problem) return problem;
  }
  return undefined;
}

/** Of a `Date`, and of whatever else says how it is written. */
function saysOfItself(value: object, path: string, around: readonly object[]): Problem | undefined {
  let said: unknown;
  try {
    said = JSON.parse(JSON.stringify(value) ?? 'null');
  } catch {
    return { field: path, message: `is ${described(value)}, which does not say itself in JSON` };
  }
  if (said === null) return { field: path, message: `is ${described(value)}, which JSON makes null` };
  return unsayable(said, path, around);
}
