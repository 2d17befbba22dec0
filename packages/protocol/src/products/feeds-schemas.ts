import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { cursorSchema } from '../query/query-users-schema.js';
import { userIdSchema } from '../users/user-fields-schema.js';
import { contentCustomSchema, contentIdSchema, contentTextSchema } from './content-schemas.js';

const verbSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9_-]{1,${LIMITS.verbLength}}$`),
    `a verb is 1–${LIMITS.verbLength} characters of A-Z a-z 0-9 _ -`,
  );

const objectSchema = contentTextSchema(LIMITS.activityObjectLength).min(
  1,
  'the object of an activity must not be empty',
);

/** The input of `addActivity`. */
export const addActivitySchema = z.strictObject({
  id: contentIdSchema.optional(),
  verb: verbSchema,
  object: objectSchema,
  custom: contentCustomSchema.default({}),
  user_id: userIdSchema.optional(),
});

/** The parsed input of `addActivity`. */
export type ParsedAddActivity = z.output<typeof addActivitySchema>;

/** The input of `removeActivity`. */
export const removeActivitySchema = z.strictObject({ id: contentIdSchema });

/** The input of `queryActivities`. */
export const queryActivitiesSchema = z.strictObject({
  actor_id: userIdSchema.optional(),
  verb: verbSchema.optional(),
  limit: z.number().int().min(1).max(LIMITS.pageContent).default(LIMITS.pageContentDefault),
  next: cursorSchema.optional(),
});

/** The parsed input of `queryActivities`. */
export type ParsedQueryActivities = z.output<typeof queryActivitiesSchema>;
