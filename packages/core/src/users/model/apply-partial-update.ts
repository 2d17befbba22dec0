import {
  customProblems,
  type Issue,
  type JsonObject,
  type JsonValue,
  type WritableField,
} from '@rollcall/protocol';
import { type ParsedPartialUpdate, placeOf, type Target, userFieldSchemas } from '@rollcall/protocol/schemas';
import { isJsonObject } from '../../json/json-values.js';
import { newUserRow, withoutEndedBan } from './replace-user.js';
import type { UserRow } from './user-table.js';

/** The user after a partial update, or everything that stands in its way. */
export function applyPartialUpdate(
  before: UserRow,
  write: ParsedPartialUpdate,
): { row: UserRow; issues: Issue[] } {
  const after = structuredClone(before);
  const issues: Issue[] = [];
  const partsOf = new Set<WritableField>();
  for (const { target, path, value } of write.steps) {
    const problem = value === undefined ? unset(after, target) : set(after, target, value);
    if (problem) issues.push({ code: 'INPUT_INVALID', field: path, message: `${path}: ${problem}` });
    if (target.kind === 'field' && target.within.length > 0) partsOf.add(target.field);
  }
  // A part of a field can only be judged together with the rest of it.
  for (const field of partsOf) issues.push(...fieldIssues(after, field));
  for (const { field, message } of customProblems(after.custom, ['custom'])) {
    issues.push({ code: 'INPUT_INVALID', field, message: `${field}: ${message}` });
  }
  return { row: withoutEndedBan(after), issues };
}

function set(row: UserRow, target: Target, value: JsonValue): string | undefined {
  if (target.kind === 'custom') {
    if (target.path.length > 0) return setWithin(row.custom, target.path, value);
    row.custom = value as JsonObject;
  } else if (target.within.length === 0) {
    Object.assign(row, { [target.field]: value });
  } else {
    const whole = (row[target.field] ?? {}) as JsonObject;
    Object.assign(row, { [target.field]: whole });
    return setWithin(whole, target.within, value);
  }
  return undefined;
}

/** Sets one path, making the objects on the way that are missing. */
function setWithin(root: JsonObject, path: string[], value: JsonValue): string | undefined {
  const parents = path.slice(0, -1);
  let parent = root;
  for (const [depth, name] of parents.entries()) {
    const next = Object.hasOwn(parent, name) ? parent[name] : undefined;
    if (next === undefined) {
      const made: JsonObject = {};
      parent[name] = made;
      parent = made;
    } else if (isJsonObject(next)) {
      parent = next;
    } else {
      return notWithin(path.slice(0, depth + 1), next, 'set');
    }
  }
  parent[path.at(-1) as string] = value;
  return undefined;
}

function unset(row: UserRow, target: Target): string | undefined {
  if (target.kind === 'custom') {
    if (target.path.length > 0) return unsetWithin(row.custom, target.path);
    row.custom = {};
  } else if (target.within.length > 0) {
    return unsetWithin((row[target.field] ?? {}) as JsonObject, target.within);
  } else {
    Object.assign(row, { [target.field]: newUserRow(row.id, 0)[target.field] });
  }
  return undefined;
}

/** Removes one path; where there is nothing, there is nothing to do. */
function unsetWithin(root: JsonObject, path: string[]): string | undefined {
  let parent = root;
  for (const [depth, name] of path.slice(0, -1).entries()) {
    const next = Object.hasOwn(parent, name) ? parent[name] : undefined;
    if (next === undefined) return undefined;
    if (!isJsonObject(next)) return notWithin(path.slice(0, depth + 1), next, 'unset');
    parent = next;
  }
  delete parent[path.at(-1) as string];
  return undefined;
}

/** Why a path cannot go on from here. Paths lead through objects only, so they name no element of a list. */
function notWithin(path: readonly string[], found: JsonValue, verb: 'set' | 'unset'): string {
  const where = path.join('.');
  return Array.isArray(found)
    ? `${where} is a list, and a path names no element of a list; set ${where} as a whole`
    : `${where} is no object, so nothing can be ${verb} within it`;
}

function fieldIssues(row: UserRow, field: WritableField): Issue[] {
  if (row[field] === undefined) return [];
  const parsed = userFieldSchemas[field].safeParse(row[field]);
  if (parsed.success) {
    Object.assign(row, { [field]: parsed.data });
    return [];
  }
  return parsed.error.issues.map(issue => {
    const where = [field, ...placeOf(issue)].join('.');
    return { code: 'INPUT_INVALID', field: where, message: `${where}: ${issue.message}` };
  });
}
