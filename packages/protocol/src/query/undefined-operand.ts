import { RollcallError } from '../errors/rollcall-error.js';

/** Deeper than any filter that is accepted: its levels, each an object in an array, and the arrays of an operand. */
const MAX_LEVELS = 32;

/**
 * Refuses a filter in which anything is undefined. JSON leaves out what is undefined, and a filter without one of its
 * conditions finds people whom nobody asked for. So a client has to look before it sends.
 * @throws RollcallError `INPUT_INVALID` that names the path, such as `age.$gt` or `$or.1.role`.
 */
export function refuseUndefinedOperands(filter: unknown): void {
  const path = pathToUndefined(filter, MAX_LEVELS);
  if (!path) return;
  const field = path.join('.');
  const message = 'is undefined; leave the condition out on purpose, or compare with null';
  throw new RollcallError('INPUT_INVALID', `${field}: ${message}`, { field });
}

/** Where the first undefined value within a value is. */
function pathToUndefined(value: unknown, levels: number): string[] | undefined {
  if (typeof value !== 'object' || value === null || levels === 0) return undefined;
  // The keys of an array include the places where nothing was put.
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const inner = (value as Record<string | number, unknown>)[key];
    if (inner === undefined) return [String(key)];
    const further = pathToUndefined(inner, levels - 1);
    if (further) return [String(key), ...further];
  }
  return undefined;
}
