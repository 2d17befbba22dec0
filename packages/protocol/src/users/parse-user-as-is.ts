import { placeOf } from '../words/input-words.js';
import { type AsIsField, type AsIsFields, asIsSchemas } from './as-is-schema.js';
import { type ParsedUserInput, type ParseResult, parseUserInput } from './parse-user-input.js';
import { isUserField } from './user-fields.js';

/**
 * Checks one user that comes from elsewhere and is written as it is: what an upsert takes, and the fields that are read
 * only otherwise. A dump writes `null` for what there is none of, so `null` for a built-in field is no error.
 */
export function parseUserAsIs(raw: unknown): ParseResult<ParsedUserInput> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return parseUserInput(raw);
  const given = raw as Record<string, unknown>;
  const named = Object.entries(given).filter(([key, value]) => value !== null || !isUserField(key));
  const { value: write, issues = [] } = parseUserInput(Object.fromEntries(named));
  const complain = (field: string, message: string): void => {
    issues.push({ code: 'INPUT_INVALID', field, message: `${field}: ${message}` });
  };

  const asIs: AsIsFields = {};
  for (const field of Object.keys(asIsSchemas) as AsIsField[]) {
    const value = given[field];
    if (value === undefined) continue;
    const parsed = asIsSchemas[field].nullable().safeParse(value);
    if (parsed.success) Object.assign(asIs, { [field]: parsed.data });
    else
      for (const issue of parsed.error.issues) complain([field, ...placeOf(issue)].join('.'), issue.message);
  }
  // A ban that comes without an end has none, also where the stored one has.
  const endless = (given.ban_expires ?? null) === null;
  if (endless && ['banned', 'shadow_banned', 'ban_expires'].some(field => given[field] !== undefined)) {
    asIs.ban_expires = null;
  }
  if (asIs.blocked_user_ids?.includes(given.id as string))
    complain('blocked_user_ids', 'a user cannot block itself');
  if ((given.deleted_at ?? null) !== null) {
    complain('deleted_at', 'a deleted user cannot be written; leave the user out, or leave out the field');
  }
  return write && issues.length === 0 ? { value: { ...write, asIs } } : { issues };
}
