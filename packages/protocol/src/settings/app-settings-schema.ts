import { z } from 'zod';
import { GRANTS } from '../access/roles.js';
import { LIMITS } from '../limits.js';
import { fieldNameProblem, splitPath } from '../users/custom-data.js';
import { isArrayIndex } from '../users/private-paths.js';
import { recordSchema } from '../users/record-schema.js';
import { isUserField } from '../users/user-fields.js';
import { roleNameSchema } from '../users/user-fields-schema.js';
import { USERNAME_SCOPES } from './app-settings.js';

const customPathSchema = z
  .string()
  .refine(isCustomPath, 'must be a path into custom data, such as "age" or "address.city"');

function isCustomPath(path: string): boolean {
  const names = splitPath(path);
  const known = names[0] === undefined || names[0] === 'custom' || isUserField(names[0]);
  return (
    !known && names.length <= LIMITS.customDepth && names.every(name => fieldNameProblem(name) === undefined)
  );
}

const daysSchema = z.number().int().min(1).max(3650);

/** The settings that `updateAppSettings` takes. Each is optional, and an unknown one is an error. */
export const appSettingsUpdateSchema = z.strictObject({
  enforce_unique_usernames: z.enum(USERNAME_SCOPES).optional(),
  indexed_custom_fields: z
    .array(customPathSchema)
    .max(LIMITS.indexedCustomFields, `at most ${LIMITS.indexedCustomFields} paths can be indexed`)
    .refine(paths => new Set(paths).size === paths.length, 'must name each path at most once')
    .optional(),
  private_custom_fields: z
    .array(
      customPathSchema.refine(
        path => !splitPath(path).some(isArrayIndex),
        'cannot name an element of an array; name the array, or a field of its elements such as "contacts.phone"',
      ),
    )
    .max(LIMITS.privateCustomFields, `at most ${LIMITS.privateCustomFields} paths can be private`)
    .refine(paths => new Set(paths).size === paths.length, 'must name each path at most once')
    .optional(),
  max_custom_bytes: z.number().int().min(1024).max(15_360).optional(),
  event_retention_days: daysSchema.optional(),
  task_retention_days: daysSchema.optional(),
  purge_deleted_users_days: daysSchema.nullable().optional(),
  guests_enabled: z.boolean().nullable().optional(),
  multi_tenant_enabled: z.boolean().optional(),
  grants: recordSchema(roleNameSchema, z.array(z.enum(GRANTS)).max(GRANTS.length)).optional(),
});
