import {
  checkCustom,
  FirstFound,
  type Issue,
  type JsonObject,
  type JsonValue,
  type WritableField,
} from '@rollcall/protocol';
import {
  checkBySchema,
  type ParsedPartialUpdate,
  type Target,
  userFieldSchemas,
} from '@rollcall/protocol/schemas';
import { isJsonObject } from '../../json/json-values.js';
import { newUserRow, withoutEndedBan } from './replace-user.js';
import type { UserRow } from './user-table.js';

/** The user after a partial update, or the first that stands in its way, and how much more there is. */
export function applyPartialUpdate(
  before: UserRow,
  write: ParsedPartialUpdate,
): { row: UserRow; issues: Issue[]; more: number } {
  const after = structuredClone(before);
  const found = new FirstFound<Issue>();
  const complain = (field: string, message: string) =>
    found.add(() => ({ code: 'INPUT_INVALID', field, message: `${field}: ${message}` }));
  const partsOf = new Set<WritableField>();
  for (const { target, path, value } of write.steps) {
    const problem = value === undefined ? unset(after, target) : set(after, target, value);
    if (problem) complain(path, problem);
    if (target.kind === 'field' && target.within.length > 0) partsOf.add(target.field);
  }
  // A part of a field can only be judged together with the rest of it.
  for (const field of partsOf) {
    if (after[field] === undefined) continue;
    const checked = checkBySchema(userFieldSchemas[field], after[field], found.room);
    if (!checked.problems) {
      Object.assign(after, { [field]: checked.data });
      continue;
    }
    for (const { path, message } of checked.problems) complain([field, ...path].join('.'), message);
    found.addMore(checked.more);
  }
  checkCustom(after.custom, ['custom'], make => {
    found.add(() => {
      const { field, message } = make();
      return { code: 'INPUT_INVALID', field, message: `${field}: ${message}` };
    });
  });
  return { row: withoutEndedBan(after), issues: found.listed, more: found.more };
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
