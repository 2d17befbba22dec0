import { z } from 'zod';
import type { JsonObject } from '../json.js';
import { LIMITS } from '../limits.js';
import { customProblems, customSizeProblem } from '../users/custom-data.js';
import { textProblem } from '../users/text.js';

/** A string that can be stored on every engine and comes back as it was. */
export function contentTextSchema(maxLength: number) {
  return z
    .string()
    .max(maxLength, `has at most ${maxLength} characters`)
    .check(context => {
      const problem = textProblem(context.value);
      if (problem) context.issues.push({ code: 'custom', message: problem, input: context.value });
    });
}

/** A JSON object that follows the rules of custom data, except for their size limit. */
export const contentObjectSchema = z
  .custom<JsonObject>(
    value => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be a JSON object',
  )
  .check(context => {
    const { listed, more } = customProblems(context.value, ['object']);
    for (const [index, { field, message }] of listed.entries()) {
      context.issues.push({
        code: 'custom',
        message,
        input: context.value,
        path: field.split('.').slice(1),
        ...(more > 0 && index === listed.length - 1 && { params: { more } }),
      });
    }
  });

/** The type of a channel or a call. */
export const contentTypeSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9_-]{1,${LIMITS.contentTypeLength}}$`),
    `a type is 1–${LIMITS.contentTypeLength} characters of A-Z a-z 0-9 _ -`,
  );

/** An id that a caller gives to content. A generated id of a 1:1 channel begins with `!`, so no caller can take it. */
export const contentIdSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9_-]{1,${LIMITS.contentIdLength}}$`),
    `an id is 1–${LIMITS.contentIdLength} characters of A-Z a-z 0-9 _ -`,
  );

/** A type and an id, joined by a colon. */
export const cidSchema = z
  .string()
  .regex(
    new RegExp(`^[A-Za-z0-9_-]{1,${LIMITS.contentTypeLength}}:!?[A-Za-z0-9_-]{1,${LIMITS.contentIdLength}}$`),
    'a cid is a type and an id with a colon between them, such as "messaging:general"',
  );

/** Custom data of content: a JSON object that follows the rules of users' custom data, of at most 5 KiB. */
export const contentCustomSchema = contentObjectSchema.check(context => {
  const problem = customSizeProblem(context.value, LIMITS.customBytes);
  if (problem) context.issues.push({ code: 'custom', message: problem.message, input: context.value });
});
