/** A list without a bound costs what its sender likes: each element that is wrong is an issue with a text of its own. */
import { describe, expect, it } from 'vitest';
import * as schemas from './schemas.js';

interface Definition {
  type: string;
  checks?: { _zod: { def: { check: string } } }[];
  [part: string]: unknown;
}

const definitionOf = (value: unknown) => (value as { _zod?: { def: Definition } } | undefined)?._zod?.def;

/** The paths of the lists in a schema that have no upper bound. */
function unboundedLists(schema: unknown, path: string): string[] {
  const definition = definitionOf(schema);
  if (!definition) return [];
  const bounded = definition.checks?.some(({ _zod }) =>
    ['max_length', 'length_equals'].includes(_zod.def.check),
  );
  const own = definition.type === 'array' && !bounded ? [path] : [];
  const parts = Object.entries(definition).flatMap(([name, part]): [string, unknown][] => {
    if (Array.isArray(part)) return part.map((one, index) => [`${name}${index}`, one]);
    if (name === 'shape') return Object.entries(part as object);
    return [[name, part]];
  });
  return [...own, ...parts.flatMap(([name, part]) => unboundedLists(part, `${path}.${name}`))];
}

const all = Object.entries(schemas).filter(([, schema]) => definitionOf(schema));

describe('every list that comes in', () => {
  it('is looked for in the schemas of the procedures', () => {
    expect(all.length).toBeGreaterThan(30);
    expect(unboundedLists(schemas.deleteUsersSchema, 'x')).toEqual([]);
  });

  it.each(all)('has an upper bound in %s', (name, schema) => {
    expect(unboundedLists(schema, name)).toEqual([]);
  });
});
