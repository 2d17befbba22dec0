import { LIMITS } from '../limits.js';
import { customSizeProblem } from '../users/custom-data.js';
import { contentObjectSchema } from './content-schemas.js';

/** Custom data of content: a JSON object by the rules of the custom data of users, and at most 5 KiB. */
export const contentCustomSchema = contentObjectSchema.check(context => {
  const problem = customSizeProblem(context.value, LIMITS.customBytes);
  if (problem) context.issues.push({ code: 'custom', message: problem.message, input: context.value });
});
