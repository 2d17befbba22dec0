import { pathFields, type Route, replacesWhole, statusOf, takesKey } from '@rollcall/server/api';
import { type Parameter, parametersOf } from './parameters.js';
import type { Procedure } from './raw-document.js';
import { resolved, type Schema, type Schemas } from './schema.js';

/** A call of the API in the document. */
export interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required?: true; content: { 'application/json': { schema: Schema } } };
  responses: Record<string, object>;
}

/** What `ids` and `users` hold stands alone in the path, and in the body. */
const header = (name: string) => ({ $ref: `#/components/headers/${name}` });

/** Describes a call whose answer comes in one piece. */
export function operationOf(route: Route, procedure: Procedure, schemas: Schemas): Operation {
  const { fields, required, body } = inputOf(route, procedure, schemas);
  const parameters = parametersOf(route, fields, required);
  return {
    ...wordsOf(route, procedure.description),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: bodyOf(route, body) }),
    responses: {
      [statusOf(route)]: {
        description: DESCRIPTIONS[statusOf(route)],
        headers: headersOf(route),
        ...(statusOf(route) !== 204 && {
          content: { 'application/json': { schema: answerOf(route, procedure, schemas) } },
        }),
      },
      ...(route.ifMatch && { 412: { $ref: '#/components/responses/Changed' } }),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

/** The name, the words and the place of a call among the others. */
export function wordsOf(route: Route, description: string): Omit<Operation, 'responses'> {
  const [noun = ''] = route.procedure.split('.');
  return {
    operationId: route.operationId,
    summary: route.summary ?? firstSentence(description),
    description,
    tags: [noun],
    ...(TOKENLESS.has(route.procedure) && { security: [] }),
  };
}

/** Calls without a token. */
const TOKENLESS = new Set(['users.connectGuest']);

const DESCRIPTIONS = {
  200: 'The answer.',
  201: 'It has been made.',
  202: 'A task does it. `Location` says where the task is.',
  204: 'It has been done.',
} as const;

function firstSentence(text: string): string {
  return (/^.*?\.(?= [A-Z`]|$)/.exec(text)?.[0] ?? text).replace(/\.$/, '');
}

function bodyOf(route: Route, schema: Schema): Operation['requestBody'] {
  const needed = replacesWhole(route) || (schema.required?.length ?? 0) > 0 || schema.$ref !== undefined;
  return { ...(needed && { required: true }), content: { 'application/json': { schema } } };
}

function headersOf(route: Route): Record<string, object> {
  const pages = route.query && 'next' in route.query;
  return {
    'X-Request-Id': header('RequestId'),
    'RateLimit-Limit': header('RateLimitLimit'),
    'RateLimit-Remaining': header('RateLimitRemaining'),
    'RateLimit-Reset': header('RateLimitReset'),
    ...(route.etag && { ETag: header('ETag') }),
    ...(route.answer && 'task' in route.answer && { Location: header('Location') }),
    ...(pages && { Link: header('Link') }),
    ...(takesKey(route) && { 'Idempotency-Replayed': header('IdempotencyReplayed') }),
  };
}

interface Input {
  /** Every field of the path and the query, and more. */
  fields: Readonly<Record<string, Schema>>;
  required: readonly string[];
  /** What is left for the body. */
  body: Schema | undefined;
}

/** Where the fields of a procedure's input stand in a request: what `decodeInput` of the server puts together again. */
function inputOf(route: Route, { input }: Procedure, schemas: Schemas): Input {
  if (!input) return { fields: {}, required: [], body: undefined };
  const whole = resolved(input, schemas);
  const { properties = {}, required = [] } = whole;
  const inPath = pathFields(route.path);
  const taken = [...inPath, ...Object.keys(route.query ?? {})];
  switch (route.input) {
    case 'one-of-users': {
      const item = properties.users?.items as Schema;
      return { fields: properties, required: [], body: withoutNeed(item, { fields: inPath, schemas }) };
    }
    case 'one-of-ids':
      return { fields: properties, required, body: undefined };
    case 'options':
    case 'find-by-id': {
      const options = resolved(properties.options as Schema, schemas);
      return { fields: { ...properties, ...options.properties }, required: [], body: undefined };
    }
    case undefined: {
      if (!route.body) return { fields: properties, required, body: undefined };
      const body = taken.length === 0 ? input : without(whole, taken);
      return { fields: properties, required, body };
    }
  }
}

function without({ properties = {}, required = [], ...rest }: Schema, names: readonly string[]): Schema {
  const left = required.filter(name => !names.includes(name));
  return {
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name))),
    ...(left.length > 0 && { required: left }),
  };
}

/** An item whose id the path says: the body may repeat it. */
function withoutNeed(schema: Schema, at: { fields: readonly string[]; schemas: Schemas }): Schema {
  const { required = [], anyOf, ...rest } = resolved(schema, at.schemas);
  const left = required.filter(name => !at.fields.includes(name));
  return {
    ...rest,
    ...(anyOf && { anyOf: anyOf.map(one => withoutNeed(one, at)) }),
    ...(left.length > 0 && { required: left }),
  };
}

/** What a call answers with: what `shapeAnswer` of the server leaves. @throws when a procedure answers with more than that. */
function answerOf({ operationId, answer: shape }: Route, { answer }: Procedure, schemas: Schemas): Schema {
  if (!shape || 'task' in shape || 'nothing' in shape) return answer;
  const { properties = {} } = resolved(answer, schemas);
  if ('one' in shape) {
    const { items, additionalProperties: values } = properties[shape.one] ?? {};
    const one = items ?? values;
    if (typeof one === 'object') return one;
  } else {
    const [name, ...more] = Object.keys(properties);
    const only = properties[shape.only];
    if (name === shape.only && more.length === 0 && only) return only;
  }
  throw new Error(`${operationId}: the procedure answers with something else than the table says`);
}
