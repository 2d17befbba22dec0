import { ROUTES, type Route } from '@rollcall/server/api';
import { HEADERS, PROBLEM, RESPONSES } from './common-components.js';
import { type Operation, operationOf } from './operation.js';
import { plainSchemas } from './plain-schemas.js';
import type { RawDocument } from './raw-document.js';
import { nameOf, refTo, type Schema, type Schemas } from './schema.js';
import { streamComments } from './stream-comments.js';
import { streamOperationOf } from './stream-operation.js';

/** An OpenAPI document. */
export interface Document {
  openapi: string;
  info: object;
  servers: object[];
  security: object[];
  tags: object[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Schemas;
    responses: object;
    headers: object;
    securitySchemes: object;
  };
}

/** What the nouns of the router are about. */
const TAGS: Readonly<Record<string, string>> = {
  users: 'Users and their life cycle.',
  moderation: 'Bans.',
  blocks: 'Whom users have blocked.',
  devices: 'Devices that get push notifications.',
  tokens: 'Revoking tokens.',
  settings: 'The settings of the app.',
  roles: 'Roles.',
  overview: 'How the installation is doing.',
  tasks: 'Work that goes on after its call was answered.',
  live: 'Streams of server-sent events.',
  chat: 'Channels and messages.',
  video: 'Calls.',
  feeds: 'Activities.',
};

const DESCRIPTION = [
  'Users, presence and long-running work, for every language. docs/http-api.md is the guide, and docs/contract says what each call promises.',
  'A call carries a token: `Authorization: Bearer <token>`. Errors are `application/problem+json`.',
].join('\n\n');

/** Describes the HTTP API in OpenAPI 3.1: the calls of the table, with the types of the router. */
export function makeDocument(raw: RawDocument): Document {
  const { procedures, schemas } = plainSchemas(raw);
  const all = withNames({ procedures, schemas: { ...schemas, Problem: PROBLEM } });
  const comments = streamComments();
  const paths: Document['paths'] = {};
  for (const route of ROUTES) {
    const path = `/api${route.path}`;
    const methods = paths[path] ?? {};
    paths[path] = methods;
    methods[route.method.toLowerCase()] = describe(route, { all, comments });
  }
  const described = { paths, responses: RESPONSES };
  return {
    openapi: '3.1.1',
    info: {
      title: 'Rollcall',
      version: '0.1.0',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The server that this document comes from.' }],
    security: [{ token: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: reachable(described, all.schemas),
      responses: RESPONSES,
      headers: HEADERS,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A user token or a server token.',
        },
      },
    },
  };
}

function describe(route: Route, from: { all: RawDocument; comments: Record<string, string> }): Operation {
  if (route.procedure.startsWith('live.')) return streamOperationOf(route, from.comments[route.procedure]);
  const procedure = from.all.procedures[route.procedure];
  if (!procedure) throw new Error(`${route.operationId}: the router has no ${route.procedure}`);
  return operationOf(route, procedure, from.all.schemas);
}

/** Gives names to what is used at several places, so that clients have types for it. */
function withNames({ procedures, schemas }: RawDocument): RawDocument {
  const written = procedures['users.upsert']?.input?.properties?.users;
  const [user, asIs] = written?.items?.anyOf ?? [];
  const heard = schemas.UserHistoryAnswer?.properties?.events;
  if (!written || !user || !asIs || !heard?.items)
    throw new Error('the types of users or events look different');
  const all = { ...schemas, UserInput: user, UserAsIs: asIs, Event: heard.items };
  written.items = { anyOf: [refTo('UserInput'), refTo('UserAsIs')] };
  heard.items = refTo('Event');
  return { procedures, schemas: all };
}

/** The schemas that something refers to, by the alphabet. */
function reachable(from: object, schemas: Schemas): Schemas {
  const found = new Map<string, Schema>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const name = nameOf(value as Schema);
    if (name !== undefined && !found.has(name)) {
      const schema = schemas[name];
      if (!schema) throw new Error(`there is no schema ${name}`);
      found.set(name, schema);
      visit(schema);
    }
    for (const one of Object.values(value)) visit(one);
  };
  visit(from);
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
