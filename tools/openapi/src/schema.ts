/** A JSON Schema, as far as the documents use it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  not?: Schema;
  nullable?: boolean;
}

/** The schemas of a document by their names. */
export type Schemas = Record<string, Schema>;

const PREFIX = '#/components/schemas/';

/** A reference to a schema of the document. */
export const refTo = (name: string): Schema => ({ $ref: `${PREFIX}${name}` });

/** The name that a reference has; undefined for a schema that stands where it is. */
export function nameOf({ $ref }: Schema): string | undefined {
  return $ref?.startsWith(PREFIX) ? $ref.slice(PREFIX.length) : undefined;
}

/** A schema, or the one that it refers to. @throws for a reference that leads nowhere */
export function resolved(schema: Schema, schemas: Schemas): Schema {
  const name = nameOf(schema);
  if (name === undefined) return schema;
  const target = schemas[name];
  if (!target) throw new Error(`there is no schema ${name}`);
  return resolved(target, schemas);
}

/** Changes every schema within one, the innermost first. */
export function mapSchema(schema: Schema, change: (schema: Schema) => Schema): Schema {
  const inside = (one: Schema) => mapSchema(one, change);
  const list = (many: Schema[] | undefined) => many?.map(inside);
  const { properties, additionalProperties: others, items, anyOf, oneOf, allOf, not, ...rest } = schema;
  return change({
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, inside(one)])),
    }),
    ...(others !== undefined && {
      additionalProperties: typeof others === 'object' ? inside(others) : others,
    }),
    ...(items && { items: inside(items) }),
    ...(anyOf && { anyOf: list(anyOf) }),
    ...(oneOf && { oneOf: list(oneOf) }),
    ...(allOf && { allOf: list(allOf) }),
    ...(not && { not: inside(not) }),
  });
}
