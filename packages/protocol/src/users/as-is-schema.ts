import { z } from 'zod';
import { deviceFields } from '../devices/devices-schemas.js';
import { LIMITS } from '../limits.js';
import { ownUserIdSchema, timeSchema } from './user-fields-schema.js';

/** In 1973. A number below it was meant in seconds, or as "none". */
const FIRST_TIME_IN_MS = 100_000_000_000;

/** When something happened: a time that can be meant as one. */
const momentSchema = timeSchema.refine(
  at => at >= FIRST_TIME_IN_MS,
  'a time is epoch milliseconds, and this would be before 1973; was it meant in seconds? If there is no such time, give null or leave it out',
);

const noneAsAbsent = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform(value => value ?? undefined);

const deviceParts = {
  ...deviceFields,
  push_provider_name: noneAsAbsent(deviceFields.push_provider_name),
  created_at: noneAsAbsent(momentSchema),
  // Whom it is of is known.
  user_id: z.unknown().optional(),
};

const deviceSchema = z
  .strictObject(deviceParts, {
    error: issue =>
      issue.code === 'unrecognized_keys'
        ? `a device has no ${issue.keys.join(', ')}; accepted are ${Object.keys(deviceParts).join(', ')}`
        : undefined,
  })
  .transform(({ user_id: _, push_provider_name: name, created_at: at, ...device }) => ({
    ...device,
    ...(name !== undefined && { push_provider_name: name }),
    ...(at !== undefined && { created_at: at }),
  }));

function namedOnce(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

/**
 * What each field accepts that only a user who is written as it is may bring, `null` aside: nobody is deactivated, has no
 * revocation, or was never active.
 */
export const asIsSchemas = {
  created_at: momentSchema,
  last_active: momentSchema,
  deactivated_at: momentSchema,
  revoke_tokens_issued_before: timeSchema,
  devices: z
    .array(deviceSchema)
    .max(LIMITS.devices, `a user has at most ${LIMITS.devices} devices`)
    .refine(devices => namedOnce(devices.map(device => device.id)), 'a device is named at most once'),
  blocked_user_ids: z
    .array(ownUserIdSchema)
    .max(LIMITS.blockedUsers, `a user can block at most ${LIMITS.blockedUsers} others`)
    .refine(namedOnce, 'a user is named at most once'),
} as const;

/** A field that only a user who is written as it is may bring. */
export type AsIsField = keyof typeof asIsSchemas;

/** The checked values of such fields. Absent: the input does not name the field. Null: it says that the user has no such value. */
export type AsIsFields = { [Field in AsIsField]?: z.output<(typeof asIsSchemas)[Field]> | null } & {
  /** That a ban has no end. An end is written like any other field. */
  ban_expires?: null;
};
