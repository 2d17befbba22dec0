/** Parse Server with LiveQuery in one process, for the comparison. */
import { request } from './request.mjs';
import { startProgram } from './start-program.mjs';

const APP = 'bench';
const MASTER_KEY = 'bench-master-key';
const CLASS = 'Person';
const headers = { 'X-Parse-Application-Id': APP, 'X-Parse-Master-Key': MASTER_KEY };

/** What Parse Server is told: one class of people, and LiveQuery about it. It runs in the folder that has it installed. */
const PROGRAM = `
  import { createServer } from 'node:http';
  import express from 'express';
  import { ParseServer } from 'parse-server';
  const { DATABASE_URL, PORT } = process.env;
  const parse = new ParseServer({
    databaseURI: DATABASE_URL, appId: '${APP}', masterKey: '${MASTER_KEY}', masterKeyIps: ['127.0.0.1', '::1'],
    maintenanceKey: 'bench-maintenance-key', serverURL: 'http://127.0.0.1:' + PORT + '/parse',
    allowCustomObjectId: true, allowClientClassCreation: true, liveQuery: { classNames: ['${CLASS}'] },
    silent: true, logLevel: 'error', logsFolder: null,
  });
  await parse.start();
  const app = express();
  app.use('/parse', parse.app);
  const server = createServer(app);
  server.listen(Number(PORT), '127.0.0.1');
  await ParseServer.createLiveQueryServer(server, { logLevel: 'error' });
`;

/** A user as an object of the class. What is asked for has a field of its own, as its documentation advises. */
const bodyOf = ({ name, image, role, teams, custom }) => ({
  name,
  name_lower: name.toLowerCase(),
  image,
  role,
  teams,
  age: custom.age,
  custom,
});

export const parseServer = {
  name: 'Parse Server',
  version: 'Parse Server 9.10.0',
  // Its batches fail with a later version of `router`.
  install: ['npm install parse-server@9.10.0 router@2.2.0'],

  async start({ databaseUrl, folder, sql }) {
    const { url, pid, stop } = await startProgram({
      folder,
      program: PROGRAM,
      env: { DATABASE_URL: databaseUrl },
      isReady: '/parse/health',
    });
    const call = (method, path, body) => request({ url: `${url}/parse${path}`, method, headers, body });
    const batch = async requests => {
      const failed = (await call('POST', '/batch', { requests })).find(answer => answer.error);
      if (failed) throw new Error(JSON.stringify(failed));
    };
    const find = async (where, order) => {
      const query = new URLSearchParams({ where: JSON.stringify(where), order, limit: '30' });
      return (await call('GET', `/classes/${CLASS}?${query}`)).results;
    };
    return {
      pid,
      stop,
      setUp: async () => {
        const of = type => ({ type });
        const fields = {
          name: of('String'),
          name_lower: of('String'),
          image: of('String'),
          role: of('String'),
          teams: of('Array'),
          age: of('Number'),
          custom: of('Object'),
        };
        const all = { '*': true };
        const classLevelPermissions = { find: all, get: all, count: all };
        await call('POST', `/schemas/${CLASS}`, { className: CLASS, fields, classLevelPermissions });
        // Indexes are the operator's to make, in the database.
        await sql(`CREATE INDEX ON "${CLASS}" (age, "createdAt" DESC)`);
        await sql(`CREATE INDEX ON "${CLASS}" (name_lower)`);
      },
      create: users =>
        batch(
          users.map(user => ({
            method: 'POST',
            path: `/parse/classes/${CLASS}`,
            body: { objectId: user.id, ...bodyOf(user) },
          })),
        ),
      update: users =>
        batch(
          users.map(user => ({
            method: 'PUT',
            path: `/parse/classes/${CLASS}/${user.id}`,
            body: bodyOf(user),
          })),
        ),
      queries: {
        age: age => find({ age }, '-createdAt'),
        prefix: text => find({ name_lower: { $regex: `^${text}` } }, 'name_lower'),
        ids: ids => find({ objectId: { $in: ids } }, 'objectId'),
      },
      touch: (id, marker) => call('PUT', `/classes/${CLASS}/${id}`, { custom: { marker } }),
      listeners: { kind: 'parse', url: `${url.replace('http', 'ws')}/parse`, app: APP, className: CLASS },
    };
  },
};
