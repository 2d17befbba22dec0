import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { textProblem } from './text.js';

/** A string that can be stored on every engine and comes back as it was. */
export function storableText(maxLength: number) {
  return z
    .string()
    .max(maxLength, `has at most ${maxLength} characters`)
    .check(context => {
      const problem = textProblem(context.value);
      if (problem) context.issues.push({ code: 'custom', message: problem, input: context.value });
    });
}

/** A user id. */
export const userIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9@_-]{1,255}$/, 'a user id is 1–255 characters of A-Z a-z 0-9 @ _ -');

const LATEST_TIME = 8_640_000_000_000_000;

/** A time on input; on output epoch milliseconds. */
export const timeSchema = z.union(
  [
    z.number().int().min(0).max(LATEST_TIME),
    z.iso.datetime({ offset: true }).transform(text => Date.parse(text)),
  ],
  'a time is epoch milliseconds or an ISO 8601 string with a zone, such as "2026-01-31T12:00:00Z"',
);

/** The name of a role. */
export const roleNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'the name of a role is 1–64 characters of A-Z a-z 0-9 _ -');

const teamSchema = storableText(LIMITS.teamLength).min(1, 'a team has a name');

const flagSchema = z.strictObject({ enabled: z.boolean() });

function isWebUrl(text: string): boolean {
  const url = URL.parse ? URL.parse(text) : null;
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:');
}

function isLanguageTag(text: string): boolean {
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
  teams_role: z
    .record(teamSchema, roleNameSchema)
    .refine(roles => Object.keys(roles).length <= LIMITS.teams, `a user has at most ${LIMITS.teams} teams`),
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
} as const;

/** A built-in field that can be written, `custom` aside. */
export type WritableField = keyof typeof userFieldSchemas;

/** The checked values of the built-in fields that a write names. */
export type FieldValues = { [Field in WritableField]?: z.output<(typeof userFieldSchemas)[Field]> };

/** Whether a key is a built-in field that can be written, `custom` aside. */
export function isWritableField(key: string): key is WritableField {
  return Object.hasOwn(userFieldSchemas, key);
}
