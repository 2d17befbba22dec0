import { LIMITS } from '@rollcall/protocol';
import { pathFields, type QueryKind, type Route, replacesWhole, takesKey } from '@rollcall/server/api';
import type { Schema } from './schema.js';

/** A parameter of the path, the query or the headers. */
export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: true;
  description?: string;
  style?: 'form';
  explode?: true;
  schema?: Schema;
  content?: { 'application/json': { schema: Schema } };
}

const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  description:
    'The `ETag` of the user as it was read. The write fails with 412 if the user has changed since.',
  schema: { type: 'string' },
};

const IF_NONE_MATCH: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  description: '`*`: the write creates the user, and fails with 412 if there is one.',
  schema: { type: 'string' },
};

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: `Names this call: 1–${LIMITS.idempotencyKeyLength} printable ASCII characters without spaces, such as a UUID. However often the call comes with this key within 24 hours, it is carried out once, and answered as it was then.`,
  schema: { type: 'string' },
};

const LAST_EVENT_ID: Parameter = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'The `id` of the last event that was heard. The stream goes on after it.',
  schema: { type: 'string' },
};

/** The parameters of a call. @param fields the fields of its input that are not in the body. */
export function parametersOf(
  route: Route,
  fields: Readonly<Record<string, Schema>>,
  required: readonly string[],
) {
  const inPath = pathFields(route.path).map((name): Parameter => {
    const { description } = wordsOf(fields[name]);
    return {
      name,
      in: 'path',
      required: true,
      ...(description && { description }),
      schema: { type: 'string' },
    };
  });
  const inQuery = Object.entries(route.query ?? {}).map(([name, kind]): Parameter => {
    const field = fields[name];
    if (!field) throw new Error(`${route.operationId}: the procedure takes no ${name}`);
    const { description } = wordsOf(field);
    return {
      name,
      in: 'query',
      ...(required.includes(name) && { required: true }),
      ...(description && { description }),
      ...writtenAs(kind, field),
    };
  });
  return [
    ...inPath,
    ...inQuery,
    ...(route.ifMatch ? [IF_MATCH] : []),
    ...(replacesWhole(route) ? [IF_NONE_MATCH] : []),
    ...(takesKey(route) ? [IDEMPOTENCY_KEY] : []),
    ...(route.procedure === 'live.events' ? [LAST_EVENT_ID] : []),
  ];
}

/** How the value of a query parameter is written. @throws when its field has another type than the table says. */
function writtenAs(
  kind: QueryKind,
  field: Schema,
): Pick<Parameter, 'schema' | 'content' | 'style' | 'explode'> {
  const plain = wordsOf(field).schema;
  const types = [plain.type ?? []].flat();
  const expect = (type: string) => {
    if (!types.includes(type)) throw new Error(`a field of ${JSON.stringify(plain)} is no ${kind}`);
  };
  switch (kind) {
    case 'text':
      expect('string');
      return { schema: { type: 'string', ...(plain.enum && { enum: plain.enum }) } };
    case 'integer':
      expect('number');
      return { schema: { type: 'integer' } };
    case 'boolean':
      expect('boolean');
      return { schema: { type: 'boolean' } };
    case 'time':
      expect('number');
      // Epoch milliseconds or a date: a union is more than most generators take in a query.
      return { schema: { type: 'string' } };
    case 'texts':
      expect('array');
      return {
        style: 'form',
        explode: true,
        schema: { type: 'array', items: plain.items ?? { type: 'string' } },
      };
    case 'json':
      return { content: { 'application/json': { schema: plain } } };
  }
}

/** A schema, and what is said about the place where it stands. */
function wordsOf(field: Schema | undefined): { schema: Schema; description: string | undefined } {
  const { description, ...schema } = field ?? {};
  const [only, ...more] = schema.allOf ?? [];
  return { description, schema: only && more.length === 0 ? only : schema };
}
