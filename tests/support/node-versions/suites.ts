import { ENGINE_NAMES } from '@rollcall/testing';
import type { Suites } from './repository-on-node.js';

const ALL_ENGINES = { ROLLCALL_TEST_ENGINES: ENGINE_NAMES.join(',') };

/** The first minute tells on which Node it runs. */
const PROGRAMS = ['tests/processes/first-minute', 'tests/processes/same-on-every-engine'];

const contract = (...names: string[]) => names.map(name => `packages/core/test/contract/${name}.test.ts`);
const server = (...names: string[]) => names.map(name => `apps/server/test/${name}.test.ts`);
const seams = (...names: string[]) => names.map(name => `tests/seams/${name}.test.ts`);

/** What depends on Node most: not whole, wherever this runs from. */
const SELECTED: Record<string, Suites> = {
  'the built server does the same on every engine, called and heard by the built client': {
    from: 'tests',
    projects: ['processes'],
    files: PROGRAMS,
    env: { ROLLCALL_TEST_WHOLE: '0' },
  },
  'the client, the server, the storage and the seams do what they promise': {
    from: '.',
    projects: ['@rollcall/client', '@rollcall/server', '@rollcall/core', 'seams'],
    files: [
      'packages/client/',
      ...server('http', 'sockets', 'event-streams', 'access-changes', 'connection-limits'),
      ...server('process', 'run-server', 'shutdown', 'security-slow-senders', 'security-tokens'),
      'packages/core/src/database/',
      ...contract('unit-of-work', 'schema', 'migrations', 'hints-between-processes'),
      ...contract('users-upsert', 'event-log', 'tasks-worker', 'tasks-fencing', 'life-cycle'),
      ...seams('live-events', 'sync-users', 'life-cycle', 'tasks', 'exports'),
    ],
    env: { ...ALL_ENGINES, ROLLCALL_TEST_WHOLE: '0' },
  },
};

/** Everything that runs programs of Rollcall on Node. */
const WHOLE: Record<string, Suites> = {
  'all tests of the packages, on every engine, and the seams on SQLite': {
    from: '.',
    projects: ['@rollcall/*', 'seams'],
    env: { ...ALL_ENGINES, ROLLCALL_TEST_WHOLE: '1' },
  },
  'the seams on `better-sqlite3`': {
    from: '.',
    projects: ['seams'],
    env: { ROLLCALL_TEST_SEAM_ENGINE: 'better-sqlite3' },
  },
  'the programs': { from: 'tests', projects: ['processes'], env: { ROLLCALL_TEST_WHOLE: '1' } },
};

/** The tests that run on each version: those of `ROLLCALL_TEST_NODE_SUITES=all`, or a selection. */
export const SUITES = process.env.ROLLCALL_TEST_NODE_SUITES === 'all' ? WHOLE : SELECTED;
