import type { Document } from './make-document.js';
import { mapSchema, type Schema } from './schema.js';

/**
 * The same document in OpenAPI 3.0, which generators for Go and Java still want. In 3.0 a schema has one type, null is a
 * property of a schema (`nullable`) and no type, and there is no `const`.
 */
export function toOpenApi30(document: Document): object {
  const { info, ...rest } = walk(document) as Document & { info: Record<string, unknown> };
  const { license, ...about } = info as { license: { name: string } };
  return {
    ...rest,
    openapi: '3.0.3',
    info: { ...about, license: { name: license.name, url: 'https://www.apache.org/licenses/LICENSE-2.0' } },
  };
}

/** Finds the schemas of a document: what stands under `schema` and under `schemas`. */
function walk(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      if (key === 'schema') return [key, schemaIn30(one as Schema)];
      if (key !== 'schemas') return [key, walk(one)];
      const all = Object.entries(one as Record<string, Schema>);
      return [key, Object.fromEntries(all.map(([name, schema]) => [name, schemaIn30(schema)]))];
    }),
  );
}

function schemaIn30(schema: Schema): Schema {
  return mapSchema(schema, one => {
    const { const: only, type, anyOf, ...rest } = one;
    if (only !== undefined) return { ...rest, ...(type !== undefined && { type }), enum: [only] };
    if (Array.isArray(type)) return ofTypes(rest, type);
    if (anyOf) return ofKinds(rest, anyOf);
    return one;
  });
}

function ofTypes(rest: Schema, types: readonly string[]): Schema {
  const [first, ...more] = types.filter(type => type !== 'null');
  const nullable = types.includes('null');
  if (first !== undefined && more.length === 0)
    return { ...rest, type: first, ...(nullable && { nullable }) };
  return {
    ...rest,
    anyOf: [first as string, ...more].map(type => ({ type, ...(nullable && { nullable }) })),
  };
}

/** Any of several, of which one may be null. A reference cannot say that it is null as well, so it is put into something. */
function ofKinds(rest: Schema, kinds: readonly Schema[]): Schema {
  const real = kinds.filter(({ type }) => type !== 'null');
  if (real.length === kinds.length) return { ...rest, anyOf: [...kinds] };
  const [first, ...more] = real.map((kind): Schema => {
    return kind.$ref === undefined
      ? { ...kind, nullable: true }
      : { type: 'object', allOf: [kind], nullable: true };
  });
  return more.length === 0 ? { ...first, ...rest } : { ...rest, anyOf: [first as Schema, ...more] };
}
