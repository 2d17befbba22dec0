import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { checkBySchema, type SchemaProblem } from '../words/check-by-schema.js';
import { isReservedName } from './custom-data.js';
import { recordSchema } from './record-schema.js';
import { isSystemId, SYSTEM_ID_PROBLEM } from './system-ids.js';
import { isInvisible, textProblem } from './text.js';
import { looksLikeSeconds, SECONDS_PROBLEM } from './time.js';
import type { User, WritableField } from './user-fields.js';
import { isUserId, USER_ID_RULE } from './user-id.js';

/** A string that can be stored on every engine and comes back as it was. */
function storableText(maxLength: number) {
  return z
    .string()
    .max(maxLength, `has at most ${maxLength} characters`)
    .check(context => {
      const problem = textProblem(context.value);
      if (problem) context.issues.push({ code: 'custom', message: problem, input: context.value });
    });
}

/** A user id. */
export const userIdSchema = z.string(USER_ID_RULE).refine(isUserId, USER_ID_RULE);

/** The id of a user who is written, or who speaks for itself. It is never an id that the system makes. */
export const ownUserIdSchema = userIdSchema.refine(id => !isSystemId(id), SYSTEM_ID_PROBLEM);

const LATEST_TIME = 8_640_000_000_000_000;

const epochSchema = z.number().int().min(0).max(LATEST_TIME);

const TIME_RULE =
  'a time is epoch milliseconds or an ISO 8601 string with a zone, such as "2026-01-31T12:00:00Z", not before 1970';

/** A time on input; on output epoch milliseconds. A number of seconds is refused, since it cannot be meant. */
export const timeSchema = z.union(
  [
    epochSchema.refine(ms => !looksLikeSeconds(ms), `${TIME_RULE}; ${SECONDS_PROBLEM}`),
    z.iso
      .datetime({ offset: true })
      .transform(text => Date.parse(text))
      .pipe(epochSchema),
  ],
  TIME_RULE,
);

/** The name of a role. */
export const roleNameSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9_-]{1,${LIMITS.roleLength}}$`),
    `the name of a role is 1–${LIMITS.roleLength} characters of A-Z a-z 0-9 _ -`,
  )
  .refine(name => !isReservedName(name), 'the name of a role cannot be __proto__, prototype or constructor');

const teamSchema = storableText(LIMITS.teamLength)
  .min(1, 'a team has a name')
  .refine(team => !isReservedName(team), 'the name of a team cannot be __proto__, prototype or constructor');

const flagSchema = z.strictObject({ enabled: z.boolean() });

function isWebUrl(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

function isLanguageTag(text: string): boolean {
  // What nearly everybody gives is a tag by its form; the whole grammar takes several times as long.
  if (/^[a-z]{2,3}(-[A-Z]{2})?$/.test(text)) return true;
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** What each built-in field that can be written accepts. */
export const userFieldSchemas = {
  name: storableText(LIMITS.nameLength),
  image: storableText(LIMITS.imageLength).refine(isWebUrl, 'an image is an http or https URL'),
  role: roleNameSchema,
  teams: z
    .array(teamSchema)
    .max(LIMITS.teams, `a user has at most ${LIMITS.teams} teams`)
    .refine(teams => new Set(teams).size === teams.length, 'a team is named at most once'),
  teams_role: recordSchema(teamSchema, roleNameSchema, {
    max: LIMITS.teams,
    message: `a user has at most ${LIMITS.teams} teams`,
  }),
  language: z
    .string()
    .max(LIMITS.languageLength)
    .refine(isLanguageTag, 'a language is a BCP 47 tag or an ISO 639 code, such as "en" or "pt-BR"'),
  invisible: z.boolean(),
  privacy_settings: z.strictObject({
    typing_indicators: flagSchema.optional(),
    read_receipts: flagSchema.optional(),
  }),
  push_notifications: z.strictObject({
    disabled: z.boolean().optional(),
    disabled_until: timeSchema.optional(),
  }),
  banned: z.boolean(),
  shadow_banned: z.boolean(),
  ban_expires: timeSchema,
} as const satisfies { [Field in WritableField]: z.ZodType<NonNullable<User[Field]>> };

/**
 * Checks the value of a built-in field. A name of which nothing can be seen is no name: a write that gives one takes the
 * name away.
 * @param most how many problems are listed.
 * @returns the value as it is stored (undefined: none), or the first that is wrong with it, and how much more there is.
 */
export function parseField<Field extends WritableField>(
  field: Field,
  value: unknown,
  most?: number,
): { data?: FieldValues[Field]; problems: readonly SchemaProblem[]; more: number } {
  const {
    data,
    problems,
    more = 0,
  } = checkBySchema(userFieldSchemas[field], value, most) as {
    data?: FieldValues[Field];
    problems?: SchemaProblem[];
    more?: number;
  };
  if (problems) return { problems, more };
  if (field === 'name' && isInvisible(data as string)) return { problems: [], more };
  return { data, problems: [], more };
}

/** The checked values of the built-in fields that a write names. */
export type FieldValues = { [Field in WritableField]?: z.output<(typeof userFieldSchemas)[Field]> };
