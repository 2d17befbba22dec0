import { FirstFound } from '../errors/first-found.js';
import type { Issue } from '../errors/rollcall-error.js';
import type { JsonObject, JsonValue } from '../json.js';
import { LIMITS } from '../limits.js';
import type { AsIsFields } from './as-is-schema.js';
import {
  type CustomProblem,
  checkCustom,
  checkCustomField,
  jsonBytes,
  jsonCertainlyFits,
} from './custom-data.js';
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

/** Either the parsed value, or the first that is wrong with the input, and how much more there is. */
export type ParseResult<Value> =
  | { value: Value; issues?: undefined; more?: undefined }
  | { value?: undefined; issues: Issue[]; more: number };

/**
 * Checks one user of an upsert or a connect. Read-only fields are ignored, so that a caller can write back an object
 * that it read. A key that is not a built-in field is custom data.
 * @param most how many issues are listed.
 */
export function parseUserInput(raw: unknown, most?: number): ParseResult<ParsedUserInput> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    const message = 'a user must be an object with at least an id';
    return { issues: [{ code: 'INPUT_INVALID', message }], more: 0 };
  }
  const given = raw as Record<string, unknown>;
  const found = new FirstFound<Issue>(most);
  const complain = (field: string, message: string) => found.add(() => inputIssue({ field, message }));
  const complainOf = (make: () => CustomProblem) => found.add(() => inputIssue(make()));

  const id = ownUserIdSchema.safeParse(given.id);
  if (!id.success) complain('id', given.id === undefined ? 'is required' : problemOf(id.error));

  const write: ParsedUserInput = { id: id.data ?? '', fields: {} };
  const custom: JsonObject = {};
  let namesCustom = false;
  let inCustom: object = {};

  if (given.custom !== undefined) {
    namesCustom = true;
    if (typeof given.custom !== 'object' || given.custom === null || Array.isArray(given.custom)) {
      complain('custom', 'must be a JSON object');
    } else {
      inCustom = given.custom;
      const before = found.count;
      checkCustom(inCustom, ['custom'], complainOf);
      if (found.count === before) Object.assign(custom, inCustom);
    }
  }
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || key === 'custom' || key === 'id') continue;
    if (key === 'if_revision') {
      if (isRevision(value)) write.if_revision = value;
      else complain(key, 'must be a revision that was read, or 0 for a user that must not exist yet');
    } else if (isWritableField(key)) {
      const { data, problems, more } = parseField(key, value, found.room);
      if (data !== undefined) Object.assign(write.fields, { [key]: data });
      for (const { path, message } of problems) complain([key, ...path].join('.'), message);
      found.addMore(more);
    } else if (!isUserField(key)) {
      namesCustom = true;
      const before = found.count;
      checkCustomField([key, value], ['custom'], complainOf);
      if (Object.hasOwn(inCustom, key))
        complain(key, 'is given both at the top level and in custom; give it once');
      else if (found.count === before) custom[key] = value as JsonValue;
    }
  }
  if (namesCustom) write.custom = custom;
  const inactive = (['deleted_at', 'deactivated_at'] as const).find(field => (given[field] ?? null) !== null);
  if (inactive) write.inactive = inactive;
  // Only what would be stored is measured: ignored fields may hold anything, nested to any depth.
  const measured = { id: write.id, ...write.fields, custom: write.custom } as JsonObject;
  const bytes = found.count > 0 || jsonCertainlyFits(measured, LIMITS.userBytes) ? 0 : jsonBytes(measured);
  if (bytes > LIMITS.userBytes) {
    const message = `a user has at most ${LIMITS.userBytes} bytes as JSON; this has ${bytes}`;
    found.add(() => ({ code: 'PAYLOAD_TOO_LARGE', message }));
  }
  return found.count > 0 ? { issues: found.listed, more: found.more } : { value: write };
}

function inputIssue({ field, message }: CustomProblem): Issue {
  return { code: 'INPUT_INVALID', field, message: `${field}: ${message}` };
}

/** Whether a value can be the revision of a user, or 0. */
export function isRevision(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** The first message of a zod error. */
export function problemOf(error: { issues: readonly { message: string }[] }): string {
  return error.issues[0]?.message ?? 'is not valid';
}
