import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { contentTextSchema } from '../products/content-schemas.js';
import { userIdSchema } from '../users/user-fields-schema.js';
import { PUSH_PROVIDERS } from './devices.js';

const nameSchema = contentTextSchema(LIMITS.deviceIdLength).min(1, 'must have at least one character');

const user_id = userIdSchema.optional();

/** What makes a device. */
export const deviceFields = {
  id: nameSchema,
  push_provider: z.enum(PUSH_PROVIDERS),
  push_provider_name: nameSchema.optional(),
};

/** The input of `devices.add`. */
export const addDeviceSchema = z.strictObject({ ...deviceFields, user_id });

/** The input of `devices.remove`. */
export const removeDeviceSchema = z.strictObject({ id: nameSchema, user_id });

/** The input of `devices.list`. */
export const listDevicesSchema = z.strictObject({ user_id }).default({});
