/*
 * What the checks of an input say, in the words of the client: where, what is accepted, and what was given. A schema that
 * says more of itself is heard instead.
 *
 * It is set for all of zod, when this module is loaded, because tRPC reads inputs without a word of its own. So it holds for
 * the schemas of an operator's products, too.
 */
import { z } from 'zod';
import { described, unknownName } from './described.js';

type RawIssue = z.core.$ZodRawIssue;

/** What zod calls them, and what a reader does. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** What a length counts, by what has it. */
const UNITS: Readonly<Record<string, string>> = { string: 'characters', array: 'items' };

/** More names at once are not read by anybody. */
const MAX_NAMED = 5;

/** The sentence for an issue; undefined where only the schema could say it. */
function wordsFor(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrong(accepted(issue), issue.input);
    case 'invalid_value':
      return wrong(oneOf(issue.values), issue.input);
    case 'too_big':
      return bound(issue, 'at most', issue.maximum, issue.inclusive !== false);
    case 'too_small':
      return bound(issue, 'at least', issue.minimum, issue.inclusive !== false);
    case 'unrecognized_keys':
      return unknown(issue.keys, shapeOf(issue.inst));
    default:
      return undefined;
  }
}

/** Where an issue is. One about a name that is unknown is at that name. */
export function placeOf(issue: { code?: string | undefined; path: PropertyKey[] }): PropertyKey[] {
  const { keys } = issue as { keys?: string[] };
  return issue.code === 'unrecognized_keys' && keys?.[0] !== undefined
    ? [...issue.path, keys[0]]
    : issue.path;
}

/** How many problems issues stand for. A check that finds very many makes issues of the first; the last says `more`. */
export function problemsIn(issues: readonly { code?: string | undefined }[]): number {
  let count = issues.length;
  for (const issue of issues) count += (issue as { params?: { more?: number } }).params?.more ?? 0;
  return count;
}

function wrong(accepts: string, given: unknown): string {
  return given === undefined ? `is required: ${accepts}` : `must be ${accepts}, not ${described(given)}`;
}

function accepted({ expected, inst }: RawIssue & { expected?: string }): string {
  const shape = shapeOf(inst);
  if (!shape) return KINDS[expected ?? ''] ?? `of the kind ${expected}`;
  const names = Object.entries(shape).map(([name, { _zod }]) => (_zod.optin ? `${name}?` : name));
  return `an object { ${names.join(', ')} }`;
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(value => JSON.stringify(value)).join(', ');
  return values.length === 1 ? words : `one of ${words}`;
}

/** A text or a list that is too long or too short, or a number beyond its limit. */
function bound(issue: RawIssue, word: string, limit: number | bigint, inclusive: boolean): string {
  const { origin, input } = issue as { origin?: string; input: unknown };
  const unit = UNITS[origin ?? ''];
  if (unit) return `has ${word} ${limit} ${unit}; this has ${(input as { length: number }).length}`;
  const exclusive = word === 'at most' ? 'less than' : 'more than';
  return `must be ${inclusive ? word : exclusive} ${limit}, not ${described(input)}`;
}

function unknown(keys: readonly string[], shape: Record<string, z.core.$ZodType> | undefined): string {
  const [first = '', ...others] = keys;
  const sentence = unknownName(first, Object.keys(shape ?? {}));
  if (others.length === 0) return sentence;
  const named = others.slice(0, MAX_NAMED).map(name => described(name));
  const more = others.length > named.length ? ` and ${others.length - named.length} more` : '';
  return `${sentence} Unknown, too: ${named.join(', ')}${more}`;
}

/** The named parts of a schema of an object. */
function shapeOf(schema: unknown): Record<string, z.core.$ZodType> | undefined {
  const { def } = (schema as z.core.$ZodType | undefined)?._zod ?? {};
  return def?.type === 'object' ? (def as z.core.$ZodObjectDef).shape : undefined;
}

z.config({ customError: wordsFor });
