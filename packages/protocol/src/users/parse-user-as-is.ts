import { FirstFound } from '../errors/first-found.js';
import type { Issue } from '../errors/rollcall-error.js';
import { checkBySchema } from '../words/check-by-schema.js';
import { type AsIsField, type AsIsFields, asIsSchemas } from './as-is-schema.js';
import { type ParsedUserInput, type ParseResult, parseUserInput } from './parse-user-input.js';
import { isUserField } from './user-fields.js';

/**
 * Checks one user that comes from elsewhere and is written as it is: what an upsert takes, and the fields that are read
 * only otherwise. A dump writes `null` for a value that is missing, so `null` for a built-in field is no error.
 * @param most how many issues are listed.
 */
export function parseUserAsIs(raw: unknown, most?: number): ParseResult<ParsedUserInput> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return parseUserInput(raw, most);
  const given = raw as Record<string, unknown>;
  const named = Object.entries(given).filter(([key, value]) => value !== null || !isUserField(key));
  const found = new FirstFound<Issue>(most);
  const { value: write, issues = [], more = 0 } = parseUserInput(Object.fromEntries(named), most);
  for (const issue of issues) found.add(() => issue);
  found.addMore(more);
  const complain = (field: string, message: string): void =>
    found.add(() => ({ code: 'INPUT_INVALID', field, message: `${field}: ${message}` }));

  const asIs: AsIsFields = {};
  for (const field of Object.keys(asIsSchemas) as AsIsField[]) {
    const value = given[field];
    if (value === undefined) continue;
    const checked = checkBySchema(asIsSchemas[field].nullable(), value, found.room);
    if (!checked.problems) {
      Object.assign(asIs, { [field]: checked.data });
      continue;
    }
    for (const { path, message } of checked.problems) complain([field, ...path].join('.'), message);
    found.addMore(checked.more);
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
  return write && found.count === 0
    ? { value: { ...write, asIs } }
    : { issues: found.listed, more: found.more };
}
