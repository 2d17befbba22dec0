import { z } from 'zod';

/**
 * One setting of the server, an environment variable. `schema` reads its text. When the variable is absent or empty,
 * `fallback` gives the value instead.
 */
export interface Setting<Value> {
  name: `ROLLCALL_${string}`;
  /** What the setting does, in one sentence. */
  does: string;
  /** The default, as an operator would write it or read it. */
  default: string;
  /** The value of the default; `undefined` when there is no default. */
  fallback: (environment: Environment) => Value;
  schema: z.ZodType<Value, string>;
  /** The value must never be shown. */
  secret?: true;
}

/** `production` with `NODE_ENV=production`, otherwise `development`. */
export type Environment = 'development' | 'production';

/** Reads `on` as true and `off` as false. */
export function onOrOff(): z.ZodType<boolean, string> {
  return z.enum(['on', 'off']).transform(value => value === 'on') as unknown as z.ZodType<boolean, string>;
}

/** Reads a whole number within bounds. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const message = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .refine(value => value >= min && value <= max, message);
}

/** A schema that keeps the text when a parser accepts it, and repeats the parser's message when it does not. */
export function checkedBy(parse: (text: string) => unknown): z.ZodType<string, string> {
  return parsedBy(text => {
    parse(text);
    return text;
  });
}

/** A schema of what a parser makes of the text. It repeats the parser's message. */
export function parsedBy<Value>(parse: (text: string) => Value): z.ZodType<Value, string> {
  return z.string().transform((text, context): Value => {
    try {
      return parse(text);
    } catch (error) {
      context.issues.push({ code: 'custom', input: undefined, message: (error as Error).message });
      return z.NEVER;
    }
  });
}
