import type { TestProjectInlineConfiguration } from 'vitest/config';

/** A time limit here is for what hangs, not a measure of speed: what starts servers gets what a busy machine needs. */
const HANGS_MS = 300_000;

const project = (
  name: string,
  test: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration => ({
  extends: true,
  root: import.meta.dirname,
  test: {
    name,
    include: [`${name}/**/*.test.ts`],
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    // What is waited for comes at once, or on a busy machine a little later.
    expect: { poll: { timeout: 10_000 } },
    ...test,
  },
});

const postgres = { globalSetup: ['@rollcall/testing/postgres-global-setup'] };

/** What runs with every `npm test`. */
export const SHORT = [project('seams', postgres), project('repo')];

const FIRST_HOUR = 'packages/first-hour.test.ts';

const CRASHES = [
  'action-crash',
  'backup',
  'copy',
  'copy-crash',
  'durability',
  'full-disk',
  'idempotency',
  'life-cycle-crash',
  'read-replicas',
  'task-crash',
].map(name => `faults/${name}.test.ts`);

/** What is longer and has a command of its own. */
export const LONG = [
  project('processes', postgres),
  // These measure times. Somebody else may use the machine for a moment, so a promise has to be kept once in three tries.
  project('abuse', { ...postgres, fileParallelism: false, retry: 2 }),
  // Two mechanisms are switched off at a time, each in a copy of its own.
  project('mutations', { maxConcurrency: 2, testTimeout: 4 * HANGS_MS }),
  // Each test runs many others, with two workers of their own.
  project('node-versions', { fileParallelism: false, testTimeout: 6 * HANGS_MS, hookTimeout: 2 * HANGS_MS }),
  // These write the pictures of the documentation.
  project('screenshots', { fileParallelism: false }),
  // Two files at a time: they wait for pages and pauses for most of their time.
  project('browser'),
  // What is killed in the middle waits for the disk and for its end, and asks for no time. All other faults run alone.
  project('crashes', { include: CRASHES }),
  project('faults', { fileParallelism: false, exclude: ['**/node_modules/**', ...CRASHES] }),
  // npm waits for the disk more than it works, so two files at a time.
  project('packages', {
    exclude: ['**/node_modules/**', FIRST_HOUR],
    globalSetup: ['support/packed/pack-packages-global-setup.ts'],
  }),
  // It installs all packages anew, compiles for minutes, and says how long each step took. It asks for no time, so `.ci/run` lets
  // it run beside the packages.
  project('first-hour', { include: [FIRST_HOUR] }),
  // It measures times with a million users and a browser, for some ten minutes.
  project('million', { fileParallelism: false, testTimeout: 2 * HANGS_MS, retry: 2 }),
];
