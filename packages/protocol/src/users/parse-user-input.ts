import type { Issue } from '../errors/rollcall-error.js';
import type { JsonObject, JsonValue } from '../json.js';
import { LIMITS } from '../limits.js';
import type { AsIsFields } from './as-is-schema.js';
import { customProblems, jsonBytes } from './custom-data.js';
import { isUserField, isWritableField } from './user-fields.js';
import { type FieldValues, ownUserIdSchema, parseField } from './user-fields-schema.js';

/** A parsed user of an upsert or a connect: built-in fields apart from custom data. */
export interface ParsedUserInput {
  id: string;
  fields: FieldValues;
  /** Absent when the payload names no custom data at all. */
  custom?: JsonObject;
  if_revision?: number;
  /** What the payload says about a user who is not active, and an upsert does not write. */
  inactive?: 'deactivated_at' | 'deleted_at';
  /** What is written only of a user that comes as it is. */
  asIs?: AsIsFields;
}

/** Either the parsed value, or everything that is wrong with the input. */
export type ParseResult<Value> =
  | { value: Value; issues?: undefined }
  | { value?: undefined; issues: Issue[] };

/**
 * Checks one user of an upsert or a connect. Read-only fields are ignored, so that a caller can write back an object
 * that it read. A key that is not a built-in field is custom data.
 */
export function parseUserInput(raw: unknown): ParseResult<ParsedUserInput> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { issues: [{ code: 'INPUT_INVALID', message: 'a user must be an object with at least an id' }] };
  }
  const given = raw as Record<string, unknown>;
  const issues: Issue[] = [];
  const complain = (field: string, message: string) =>
    issues.push({ code: 'INPUT_INVALID', field, message: `${field}: ${message}` });

  const id = ownUserIdSchema.safeParse(given.id);
  if (!id.success) complain('id', given.id === undefined ? 'is required' : problemOf(id.error));

  const write: ParsedUserInput = { id: id.data ?? '', fields: {} };
  const custom: JsonObject = {};
  let namesCustom = false;

  if (given.custom !== undefined) {
    namesCustom = true;
    if (typeof given.custom !== 'object' || given.custom === null || Array.isArray(given.custom)) {
      complain('custom', 'must be a JSON object');
    } else {
      for (const problem of customProblems(given.custom, ['custom']))
        complain(problem.field, problem.message);
      Object.assign(custom, given.custom);
    }
  }
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || key === 'custom' || key === 'id') continue;
    if (key === 'if_revision') {
      if (isRevision(value)) write.if_revision = value;
      else complain(key, 'must be a revision that was read, or 0 for a user that must not exist yet');
    } else if (isWritableField(key)) {
      const { data, issues: problems } = parseField(key, value);
      if (data !== undefined) Object.assign(write.fields, { [key]: data });
      for (const { path, message } of problems) complain([key, ...path].join('.'), message);
    } else if (!isUserField(key)) {
      namesCustom = true;
      const problems = customProblems({ [key]: value }, ['custom']);
      for (const problem of problems) complain(problem.field, problem.message);
      if (Object.hasOwn(custom, key))
        complain(key, 'is given both at the top level and in custom; give it once');
      else if (problems.length === 0) custom[key] = value as JsonValue;
    }
  }
  if (namesCustom) write.custom = custom;
  const inactive = (['deleted_at', 'deactivated_at'] as const).find(field => (given[field] ?? null) !== null);
  if (inactive) write.inactive = inactive;
  // Only what would be stored is measured: ignored fields may hold anything, nested to any depth.
  const measured = { id: write.id, ...write.fields, custom: write.custom } as JsonObject;
  const bytes = issues.length === 0 ? jsonBytes(measured) : 0;
  if (bytes > LIMITS.userBytes) {
    issues.push({
      code: 'PAYLOAD_TOO_LARGE',
      message: `a user has at most ${LIMITS.userBytes} bytes as JSON; this has ${bytes}`,
    });
  }
  return issues.length > 0 ? { issues } : { value: write };
}

/** Whether a value can be the revision of a user, or 0. */
export function isRevision(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The first message of a zod error. */
export function problemOf(error: { issues: readonly { message: string }[] }): string {
  return error.issues[0]?.message ?? 'is not valid';
}
