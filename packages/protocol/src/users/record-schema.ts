import { z } from 'zod';

/**
 * A record whose keys are checked too. zod silently drops a key `__proto__`, so the stored record would differ from the
 * input. Here that key is an error, and a key that breaks its rule is reported with that rule.
 */
export function recordSchema<Key extends z.core.$ZodRecordKey, Value extends z.core.SomeType>(
  key: Key,
  value: Value,
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
    .pipe(record);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
