import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { cursorSchema } from '../queries/query-options-schema.js';
import { textProblem } from '../users/text.js';
import { userIdSchema } from '../users/user-fields-schema.js';
import { contentCustomSchema } from './content-custom-schema.js';

const activityIdSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9@:_-]{1,${LIMITS.activityIdLength}}$`),
    `the id of an activity is 1–${LIMITS.activityIdLength} characters of A-Z a-z 0-9 @ : _ -`,
  );

const verbSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9_-]{1,${LIMITS.verbLength}}$`),
    `a verb is 1–${LIMITS.verbLength} characters of A-Z a-z 0-9 _ -`,
  );

const objectSchema = z
  .string()
  .min(1, 'an activity has an object')
  .max(LIMITS.activityObjectLength, `has at most ${LIMITS.activityObjectLength} characters`)
  .check(context => {
    const problem = textProblem(context.value);
    if (problem) context.issues.push({ code: 'custom', message: problem, input: context.value });
  });

/** The input of `addActivity`. */
export const addActivitySchema = z.strictObject({
  id: activityIdSchema.optional(),
  verb: verbSchema,
  object: objectSchema,
  custom: contentCustomSchema.default({}),
  user_id: userIdSchema.optional(),
});

/** The input of `addActivity`, checked. */
export type ParsedAddActivity = z.output<typeof addActivitySchema>;

/** The input of `removeActivity`. */
export const removeActivitySchema = z.strictObject({ id: activityIdSchema });

/** The input of `queryActivities`. */
export const queryActivitiesSchema = z.strictObject({
  actor_id: userIdSchema.optional(),
  verb: verbSchema.optional(),
  limit: z.number().int().min(1).max(LIMITS.pageActivities).default(LIMITS.pageActivitiesDefault),
  next: cursorSchema.optional(),
});

/** The input of `queryActivities`, checked. */
export type ParsedQueryActivities = z.output<typeof queryActivitiesSchema>;
