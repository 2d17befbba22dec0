import { RollcallError } from '../errors/rollcall-error.js';
import { LIMITS } from '../limits.js';
import { parseFieldReference, type QueryRights } from './parse-filter.js';
import type { FieldReference } from './query-users.js';

/** One parsed key of a sort. */
export interface ParsedSortKey {
  field: FieldReference;
  direction: 1 | -1;
}

/**
 * Checks a sort. An empty or absent sort means newest first. `id` always breaks ties, in the direction of the last key.
 * @throws RollcallError `INPUT_INVALID` that names the key.
 */
export function parseSort(sort: unknown, rights: QueryRights): ParsedSortKey[] {
  const keys = sort ?? [];
  if (!Array.isArray(keys)) throw invalid('sort', 'a sort must be an array of { field, direction }');
  if (keys.length > LIMITS.sortFields) throw invalid('sort', `a sort has at most ${LIMITS.sortFields} keys`);
  const parsed = keys.map((key, index): ParsedSortKey => {
    const { field, direction } = (key ?? {}) as { field?: unknown; direction?: unknown };
    if (typeof field !== 'string') throw invalid(`sort.${index}`, 'a sort key must be { field, direction }');
    if (direction !== 1 && direction !== -1) throw invalid(`sort.${index}`, 'a direction must be 1 or -1');
    return { field: parseFieldReference(field, rights), direction };
  });
  const names = parsed.map(({ field }) => JSON.stringify(field));
  const twice = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twice !== -1) {
    const field = (keys[twice] as { field: string }).field;
    throw invalid(`sort.${twice}`, `a sort can name a field only once; "${field}" is there already`);
  }
  const newestFirst: ParsedSortKey = { field: { kind: 'built-in', field: 'created_at' }, direction: -1 };
  const complete = parsed.length > 0 ? parsed : [newestFirst];
  const last = complete.at(-1) as ParsedSortKey;
  const hasId = complete.some(({ field }) => field.kind === 'built-in' && field.field === 'id');
  if (!hasId) complete.push({ field: { kind: 'built-in', field: 'id' }, direction: last.direction });
  return complete;
}

function invalid(field: string, message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${field}: ${message}`, { field });
}
