import { z } from 'zod';
import { LIMITS } from '../limits.js';
import { placeOf, problemsIn } from './input-words.js';

/** One thing that is wrong with a value, and where in it. */
export interface SchemaProblem {
  path: PropertyKey[];
  message: string;
}

/** The checked value, or the first that is wrong with it, and how much more there is. */
export type CheckedBySchema<Value> =
  | { data: Value; problems?: undefined }
  | { data?: undefined; problems: SchemaProblem[]; more: number };

/**
 * Checks a value by a schema, as `safeParse` does. zod finds words for everything that is wrong, which takes longer than to
 * find it; here only what is listed gets them.
 * @param most how many problems are listed.
 */
export function checkBySchema<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  most: number = LIMITS.listedIssues,
): CheckedBySchema<z.output<Schema>> {
  const context = { async: false } as const;
  const checked = schema._zod.run({ value, issues: [] }, context);
  if (checked instanceof Promise) throw new z.core.$ZodAsyncError();
  const { issues } = checked;
  if (issues.length === 0) return { data: checked.value as z.output<Schema> };
  const problems = issues.slice(0, most).map(raw => {
    const issue = z.core.util.finalizeIssue(raw, context, z.config());
    return { path: placeOf(issue), message: issue.message };
  });
  return { problems, more: problemsIn(issues) - problems.length };
}
