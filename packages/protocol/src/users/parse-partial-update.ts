import { FirstFound } from '../errors/first-found.js';
import type { Issue } from '../errors/rollcall-error.js';
import type { JsonValue } from '../json.js';
import { LIMITS } from '../limits.js';
import {
  type CustomProblem,
  checkCustom,
  fieldNameProblem,
  isReservedName,
  splitPath,
} from './custom-data.js';
import { isRevision, type ParseResult, problemOf } from './parse-user-input.js';
import { isUserField, isWritableField, USER_FIELDS, type WritableField } from './user-fields.js';
import { ownUserIdSchema, parseField } from './user-fields-schema.js';

/** What a path addresses: a built-in field or a part of one, or custom data. An empty path is all custom data. */
export type Target =
  | { kind: 'field'; field: WritableField; within: string[] }
  | { kind: 'custom'; path: string[] };

/** A parsed partial update. */
export interface ParsedPartialUpdate {
  id: string;
  /** In the given order. `value` is absent if the path is unset, or set to what is no value, such as an invisible name. */
  steps: { target: Target; path: string; value?: JsonValue }[];
  if_revision?: number;
}

const PARTS = ['id', 'set', 'unset', 'if_revision'];

/**
 * Checks one partial update: `{ id, set?, unset?, if_revision? }` with dotted paths. Applying it checks what depends on the stored
 * user: a parent that is not an object, and the size of the result.
 * @param most how many issues are listed.
 */
export function parsePartialUpdate(raw: unknown, most?: number): ParseResult<ParsedPartialUpdate> {
  if (!isObject(raw)) {
    const message = 'a partial update must be an object { id, set?, unset?, if_revision? }';
    return { issues: [{ code: 'INPUT_INVALID', message }], more: 0 };
  }
  const found = new FirstFound<Issue>(most);
  const refused = () => ({ issues: found.listed, more: found.more });
  const complainOf = (make: () => CustomProblem) =>
    found.add(() => {
      const { field, message } = make();
      return { code: 'INPUT_INVALID', message: `${field}: ${message}`, field };
    });
  const complain = (field: string, message: string) => complainOf(() => ({ field, message }));
  const id = ownUserIdSchema.safeParse(raw.id);
  if (!id.success) complain('id', raw.id === undefined ? 'is required' : problemOf(id.error));
  for (const key of Object.keys(raw)) {
    if (!PARTS.includes(key))
      complain(key, `is not part of a partial update; accepted are ${PARTS.join(', ')}`);
  }
  if (raw.set !== undefined && !isObject(raw.set)) complain('set', 'must be an object of paths and values');
  const unsetIsList = Array.isArray(raw.unset) && raw.unset.every(path => typeof path === 'string');
  if (raw.unset !== undefined && !unsetIsList) complain('unset', 'must be an array of paths');
  const { if_revision: revision } = raw;
  // Only a user who exists can be updated, and the revision of such a user is never 0.
  if (revision !== undefined && !(isRevision(revision) && revision > 0))
    complain('if_revision', 'must be a revision that was read');
  if (found.count > 0) return refused();

  const set = Object.entries((raw.set ?? {}) as Record<string, unknown>).filter(
    ([, value]) => value !== undefined,
  );
  const unset = (raw.unset ?? []) as string[];
  if (set.length + unset.length > LIMITS.updatePaths) {
    complain('set', `a partial update can name at most ${LIMITS.updatePaths} paths`);
    return refused();
  }
  const steps: ParsedPartialUpdate['steps'] = [];
  for (const [path, value] of set) {
    const target = parseTarget(path);
    if (typeof target === 'string') complain(path, target);
    else {
      const before = found.count;
      const stored = checkValue(target, value, { found, complainOf });
      if (found.count === before)
        steps.push({ target, path, ...(stored !== undefined && { value: stored as JsonValue }) });
    }
  }
  for (const path of unset) {
    const target = parseTarget(path);
    if (typeof target === 'string') complain(path, target);
    else steps.push({ target, path });
  }
  for (const { path, other } of overlaps(steps)) {
    complain(path, path === other ? 'is named twice' : `overlaps with ${other}; name one of them`);
  }
  if (found.count > 0) return refused();
  const expected = revision === undefined ? {} : { if_revision: revision as number };
  return { value: { id: id.data as string, steps, ...expected } };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a dotted path addresses, or why it cannot be written. */
function parseTarget(path: string): Target | string {
  const [first = '', ...rest] = splitPath(path);
  if (first === 'custom' || !isUserField(first)) {
    const names = first === 'custom' ? rest : [first, ...rest];
    const problem = names.map(fieldNameProblem).find(Boolean);
    if (problem) return problem;
    if (names.length >= LIMITS.customDepth + 1)
      return `custom data is at most ${LIMITS.customDepth} levels deep`;
    return { kind: 'custom', path: names };
  }
  if (!isWritableField(first)) return 'is read-only';
  if (rest.length === 0) return { kind: 'field', field: first, within: [] };
  const { holds } = USER_FIELDS[first];
  // A name in a map is any text, dots included, so everything after `teams_role.` names one team.
  if (holds === 'map') {
    const name = path.slice(first.length + 1);
    return isReservedName(name)
      ? `the name "${name}" is reserved`
      : { kind: 'field', field: first, within: [name] };
  }
  if (holds !== 'object') return `${first} has no parts; set it as a whole`;
  const problem = rest.map(fieldNameProblem).find(Boolean);
  if (problem) return problem;
  if (rest.length > LIMITS.customDepth) return `a path has at most ${LIMITS.customDepth + 1} names`;
  return { kind: 'field', field: first, within: rest };
}

/**
 * Checks a value and answers with its stored form. A part of a field is checked together with its whole field when the
 * update is applied.
 */
function checkValue(
  target: Target,
  value: unknown,
  { found, complainOf }: { found: FirstFound<Issue>; complainOf: (make: () => CustomProblem) => void },
): unknown {
  if (target.kind === 'custom') {
    const whole = target.path.length === 0;
    if (whole && !isObject(value)) complainOf(() => ({ field: 'custom', message: 'must be a JSON object' }));
    else checkCustom(value, ['custom', ...target.path], complainOf);
    return value;
  }
  if (target.within.length > 0) return value;
  const { data, problems, more } = parseField(target.field, value, found.room);
  for (const { path, message } of problems) {
    complainOf(() => ({ field: [target.field, ...path].join('.'), message }));
  }
  found.addMore(more);
  return data;
}

/** Pairs of equal paths, and of paths of which one lies within the other, each named once. */
function overlaps(steps: ParsedPartialUpdate['steps']): { path: string; other: string }[] {
  const found: { path: string; other: string }[] = [];
  const seen = new Map<string, string>();
  const full = steps.map(({ target, path }) => ({
    path,
    segments: target.kind === 'custom' ? ['custom', ...target.path] : [target.field, ...target.within],
  }));
  // Shorter paths come first, so that one walk up the parents of each path finds every overlap.
  for (const { path, segments } of full.sort((a, b) => a.segments.length - b.segments.length)) {
    for (let length = 1; length <= segments.length; length++) {
      const other = seen.get(JSON.stringify(segments.slice(0, length)));
      if (other !== undefined) {
        found.push({ path, other });
        break;
      }
    }
    seen.set(JSON.stringify(segments), path);
  }
  return found;
}
