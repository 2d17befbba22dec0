import { z } from 'zod';

/**
 * A record whose keys are checked too. zod silently drops a key `__proto__`, so the stored record would differ from the
 * input. Here that key is an error, and a key that breaks its rule is reported with that rule.
 * @param bound how many keys it may have. Of a record with more, as of a list, nothing else is checked.
 */
export function recordSchema<Key extends z.core.$ZodRecordKey, Value extends z.core.SomeType>(
  key: Key,
  value: Value,
  bound?: { max: number; message: string },
) {
  const record = z.record(key, value, {
    error: issue => (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined),
  });
  return z
    .unknown()
    .refine(
      given => !isObject(given) || !Object.hasOwn(given, '__proto__'),
      'the name "__proto__" is reserved',
    )
    .refine(given => !bound || !isObject(given) || Object.keys(given).length <= bound.max, bound?.message)
    .pipe(record);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
