import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Route } from '@rollcall/server/api';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { ROOT } from '../../repo/tracked-files.js';

interface Described {
  paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  requestBody?: Content;
  responses: Record<string, Partial<Content>>;
}

interface Content {
  content: Record<string, { schema: object }>;
}

const DOCUMENT = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as Described;
const ajv = new Ajv2020({ strict: false });
ajv.addSchema(DOCUMENT, 'document');

const validators = new Map<string, ValidateFunction>();

/** What is wrong with an answer, by what docs/openapi.json says of the call; empty: nothing is. */
export function wrongWithAnswer(route: Route, { status, said }: { status: number; said: unknown }): string[] {
  const place =
    status < 400 ? [...placeOf(route), 'responses', String(status)] : ['components', 'responses', 'Problem'];
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  return status === 204 ? [] : wrong([...place, 'content', type, 'schema'], said);
}

/** What is wrong with a body that is sent. */
export function wrongWithBody(route: Route, body: unknown): string[] {
  const operation = DOCUMENT.paths[`/api${route.path}`]?.[route.method.toLowerCase()];
  if (!operation?.requestBody) return body === undefined ? [] : ['the call takes no body'];
  return wrong([...placeOf(route), 'requestBody', 'content', 'application/json', 'schema'], body);
}

function placeOf({ path, method }: Route): string[] {
  return ['paths', `/api${path}`, method.toLowerCase()];
}

function wrong(place: readonly string[], value: unknown): string[] {
  const pointer = place
    .map(name => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = validators.get(pointer) ?? ajv.compile({ $ref: `document#/${pointer}` });
  validators.set(pointer, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'it'} ${message}`);
}
