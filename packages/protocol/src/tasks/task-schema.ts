import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { cursorSchema } from '../query/query-users-schema.js';
import { TASK_STATUSES, TASK_TYPES } from './task.js';

/** The id of a task. */
export const taskIdSchema = z.string().regex(/^[0-9a-f-]{36}$/, 'a task id is a UUID');

/** The options of `listTasks`. */
export const listTasksOptionsSchema = z.strictObject({
  status: z.enum(TASK_STATUSES).optional(),
  type: z.enum(TASK_TYPES).optional(),
  limit: z.number().int().min(1).max(LIMITS.pageTasks).default(LIMITS.pageTasksDefault),
  next: cursorSchema.optional(),
});
