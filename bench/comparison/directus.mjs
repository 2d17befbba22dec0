/** Directus with its WebSockets, for the comparison. */
import { join } from 'node:path';
import { request } from './request.mjs';
import { startProgram } from './start-program.mjs';

const TOKEN = 'bench-token';
const COLLECTION = 'person';

/** It needs Node 22, which comes into its folder as the package that has the program for this machine. */
const NODE_22 = `node-${process.platform}-${process.arch}`;
const NODE = join('node_modules', NODE_22, 'bin', 'node');
const CLI = join('node_modules', 'directus', 'cli.js');

const SETTINGS = {
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  KEY: 'bench-key',
  SECRET: 'a-secret-of-the-bench-which-nobody-needs',
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD: 'a-password-of-the-bench',
  ADMIN_TOKEN: TOKEN,
  NODE_OPTIONS: '--no-node-snapshot',
  WEBSOCKETS_ENABLED: 'true',
  WEBSOCKETS_HEARTBEAT_ENABLED: 'false',
  WEBSOCKETS_COLLAB_ENABLED: 'false',
  WEBSOCKETS_GRAPHQL_ENABLED: 'false',
  LOG_LEVEL: 'error',
  TELEMETRY: 'false',
  CACHE_ENABLED: 'false',
  RATE_LIMITER_ENABLED: 'false',
  PRESSURE_LIMITER_ENABLED: 'false',
  MAX_PAYLOAD_SIZE: '10mb',
  SERVE_APP: 'false',
  MCP_ENABLED: 'false',
  DB_CLIENT: 'pg',
};

/** A user as an item. What is asked for has a column of its own with an index. */
const itemOf = ({ id, name, image, role, teams, custom }) => ({
  id,
  name,
  name_lower: name.toLowerCase(),
  image,
  role,
  teams,
  age: custom.age,
  custom,
});

export const directus = {
  name: 'Directus',
  version: 'Directus 12.4.0',
  // One of its parts is compiled for the Node that installs it.
  install: [
    `npm install ${NODE_22}@22`,
    `export PATH="$PWD/node_modules/${NODE_22}/bin:$PATH" npm_config_nodedir="$PWD/node_modules/${NODE_22}"`,
    'npm install --allow-scripts=isolated-vm directus@12.4.0',
  ],

  async start({ databaseUrl, folder }) {
    const env = { ...SETTINGS, DB_CONNECTION_STRING: databaseUrl };
    const command = [join(folder, NODE), join(folder, CLI)];
    const { url, pid, stop } = await startProgram({
      folder,
      first: [...command, 'bootstrap'],
      command: [...command, 'start'],
      env,
      isReady: '/server/ping',
    });
    const headers = { authorization: `Bearer ${TOKEN}` };
    const call = (method, path, body) => request({ url: `${url}${path}`, method, headers, body });
    const find = async (filter, sort) => {
      const query = new URLSearchParams({ filter: JSON.stringify(filter), sort, limit: '30' });
      return (await call('GET', `/items/${COLLECTION}?${query}`)).data;
    };
    return {
      pid,
      stop,
      setUp: () => call('POST', '/collections', COLLECTION_OF_PEOPLE),
      create: users => call('POST', `/items/${COLLECTION}?fields=id`, users.map(itemOf)),
      update: users => call('PATCH', `/items/${COLLECTION}?fields=id`, users.map(itemOf)),
      queries: {
        age: age => find({ age: { _eq: age } }, '-created_at'),
        prefix: text => find({ name_lower: { _starts_with: text } }, 'name_lower'),
        ids: ids => find({ id: { _in: ids } }, 'id'),
      },
      touch: (id, marker) => call('PATCH', `/items/${COLLECTION}/${id}`, { custom: { marker } }),
      listeners: {
        kind: 'directus',
        url: `${url.replace('http', 'ws')}/websocket`,
        token: TOKEN,
        collection: COLLECTION,
      },
    };
  },
};

const field = (name, type, schema = {}, meta = {}) => ({ field: name, type, schema, meta });
const indexed = { is_indexed: true };
const json = { special: ['cast-json'] };

const COLLECTION_OF_PEOPLE = {
  collection: COLLECTION,
  schema: {},
  // Its own log of activities is off: it would write a second row for each.
  meta: { accountability: null },
  fields: [
    field('id', 'string', { is_primary_key: true, max_length: 64 }),
    field('name', 'string'),
    field('name_lower', 'string', indexed),
    field('image', 'string'),
    field('role', 'string', indexed),
    field('teams', 'json', {}, json),
    field('age', 'integer', indexed),
    field('custom', 'json', {}, json),
    field('created_at', 'timestamp', indexed, { special: ['date-created'] }),
    field('updated_at', 'timestamp', indexed, { special: ['date-updated'] }),
  ],
};
