import {
  customProblems,
  type Issue,
  type JsonObject,
  type JsonValue,
  type WritableField,
} from '@rollcall/protocol';
import { type ParsedPartialUpdate, type Target, userFieldSchemas } from '@rollcall/protocol/schemas';
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
      return `${path.slice(0, depth + 1).join('.')} is no object, so nothing can be set within it`;
    }
  }
  parent[path.at(-1) as string] = value;
  return undefined;
}

function unset(row: UserRow, target: Target): undefined {
  if (target.kind === 'custom') {
    if (target.path.length === 0) row.custom = {};
    else unsetWithin(row.custom, target.path);
  } else if (target.within.length === 0) {
    Object.assign(row, { [target.field]: newUserRow(row.id, 0)[target.field] });
  } else {
    unsetWithin((row[target.field] ?? {}) as JsonObject, target.within);
  }
}

/** Removes one path; where there is nothing, there is nothing to do. */
function unsetWithin(root: JsonObject, path: string[]): void {
  let parent = root;
  for (const name of path.slice(0, -1)) {
    const next = Object.hasOwn(parent, name) ? parent[name] : undefined;
    if (!isJsonObject(next)) return;
    parent = next;
  }
  delete parent[path.at(-1) as string];
}

function fieldIssues(row: UserRow, field: WritableField): Issue[] {
  if (row[field] === undefined) return [];
  const parsed = userFieldSchemas[field].safeParse(row[field]);
  if (parsed.success) {
    Object.assign(row, { [field]: parsed.data });
    return [];
  }
  return parsed.error.issues.map(({ path, message }) => {
    const where = [field, ...path].join('.');
    return { code: 'INPUT_INVALID', field: where, message: `${where}: ${message}` };
  });
}
