import { z } from 'zod';
import type { JsonObject } from '../json.js';
import { LIMITS } from '../limits.js';
import { customProblems, customSizeProblem } from '../users/custom-data.js';

/** Custom data of content: a JSON object by the rules of the custom data of users, and at most 5 KiB. */
export const contentCustomSchema = z
  .custom<JsonObject>(
    value => typeof value === 'object' && value !== null && !Array.isArray(value),
    'custom data is a JSON object',
  )
  .check(context => {
    const { value } = context;
    const problems = customProblems(value, ['custom']);
    // What is no JSON has no size.
    const tooLarge = problems.length > 0 ? undefined : customSizeProblem(value, LIMITS.customBytes);
    for (const { field, message } of tooLarge ? [tooLarge] : problems) {
      context.issues.push({ code: 'custom', path: field.split('.').slice(1), message, input: value });
    }
  });
