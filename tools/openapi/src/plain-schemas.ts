import type { RawDocument } from './raw-document.js';
import { mapSchema, nameOf, refTo, resolved, type Schema, type Schemas } from './schema.js';

/**
 * Names that the compiler gives to types without one of their own. What has such a name is written where it is used: the
 * number behind the name changes with the order of things.
 */
const NAMELESS = /^(?:Partial|Omit|Pick|Record|Comparisons)\d*$/;

/** Types that contain themselves. Generators stumble over them, and they say no more than this. */
const RECURSIVE: Schemas = {
  JsonValue: { description: 'Any JSON value.' },
  FilterValue: {
    description: 'A value to compare with: a text, a number, a boolean, null, or a list of them.',
  },
};

/** Names that say more where nobody sees the source. */
const RENAMED: Readonly<Record<string, string>> = { OpenFilter: 'Filter' };

/**
 * Makes the schemas of the generator plain, so that validators and generators of clients agree about them:
 *
 * - objects that are put together (`allOf`) become one object: each forbids what the others have;
 * - one of several (`oneOf`) becomes any of several: most values fit more than one type of a union;
 * - a field that can never have a value is left out;
 * - nothing stands beside a `$ref`.
 */
export function plainSchemas({ procedures, schemas }: RawDocument): RawDocument {
  const plain = (schema: Schema) => mapSchema(schema, one => plainOne(one, schemas));
  const kept = Object.entries(schemas)
    .filter(([name]) => !NAMELESS.test(name))
    .map(([name, schema]): [string, Schema] => [renamed(name), RECURSIVE[name] ?? plain(schema)]);
  const all = Object.fromEntries(kept);
  const filter = all.Filter as Schema;
  // The values of custom paths: what fits there is said, and a client may build it as it likes.
  all.Filter = {
    ...filter,
    description:
      'Users are found by their fields (docs/contract/queries.md). Any other name is a path into custom data.',
    additionalProperties: refTo('FilterValueOrComparisons'),
  };
  all.FilterValueOrComparisons = {
    description: 'A value, or comparisons such as `{ "$gt": 18 }`.',
  };
  return {
    schemas: all,
    procedures: Object.fromEntries(
      Object.entries(procedures).map(([name, { description, input, answer }]) => [
        name,
        { description: plainWords(description), input: input && plain(input), answer: plain(answer) },
      ]),
    ),
  };
}

function renamed(name: string): string {
  return RENAMED[name] ?? name;
}

function plainOne(given: Schema, schemas: Schemas): Schema {
  const schema = withWords(given);
  const name = nameOf(schema);
  if (name !== undefined) return plainReference(schema, { name, schemas });
  if (schema.allOf) return merged(schema, schemas);
  const { oneOf, ...rest } = schema;
  if (oneOf) {
    const { description } = rest;
    if (isJsonValue(oneOf)) return described(refTo('JsonValue'), description);
    return { ...rest, anyOf: oneOf };
  }
  if (!schema.properties) return schema;
  const possible = Object.entries(schema.properties).filter(([, one]) => Object.keys(one).length > 0);
  return { ...schema, properties: Object.fromEntries(possible) };
}

function plainReference(schema: Schema, { name, schemas }: { name: string; schemas: Schemas }): Schema {
  const { description } = schema;
  if (NAMELESS.test(name)) {
    const target = mapSchema(schemas[name] as Schema, one => plainOne(one, schemas));
    return description === undefined ? target : { ...target, description };
  }
  return described(refTo(renamed(name)), description);
}

/** A reference with a description of the place. */
function described(reference: Schema, description: string | undefined): Schema {
  return description === undefined ? reference : { allOf: [reference], description };
}

/** What the compiler writes out where a type is `JsonValue | undefined`. */
function isJsonValue(kinds: readonly Schema[]): boolean {
  return kinds.some(({ additionalProperties: others, properties }) => {
    return !properties && typeof others === 'object' && nameOf(others) === 'JsonValue';
  });
}

/** Objects that are put together, as one. */
function merged(schema: Schema, schemas: Schemas): Schema {
  const { allOf = [], description } = schema;
  if (allOf.length === 1) return schema;
  const parts = allOf
    .map(part => resolved(part, schemas))
    .map(part => mapSchema(part, one => plainOne(one, schemas)));
  const flat = parts.map(part => (part.allOf ? merged(part, schemas) : part));
  const isOpen = ({ additionalProperties: others }: Schema) => typeof others === 'object';
  const required = [...new Set(flat.flatMap(part => part.required ?? []))];
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties: Object.assign({}, ...flat.map(part => part.properties ?? {})),
    ...(required.length > 0 && { required }),
    additionalProperties: flat.find(isOpen)?.additionalProperties ?? false,
  };
}

function withWords(schema: Schema): Schema {
  const { description } = schema;
  return description === undefined ? schema : { ...schema, description: plainWords(description) };
}

/** A comment of the source as a text for readers. */
function plainWords(text: string): string {
  return text
    .replace(/\{@link ([^}]+)\}/g, '`$1`')
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}
