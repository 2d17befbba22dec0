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
    ...test,
  },
});

const postgres = { globalSetup: ['@rollcall/testing/postgres-global-setup'] };

/** What runs with every `npm test`. */
export const SHORT = [project('seams', postgres), project('repo')];

/** What installs all packages anew compiles for minutes. */
const LEFT_TO_THE_WHOLE = [
  '**/node_modules/**',
  ...(process.env.ROLLCALL_TEST_WHOLE === '1' ? [] : ['packages/first-hour.test.ts']),
];

/** What is longer and has a command of its own, one file after the other. */
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
  ...['browser', 'faults'].map(name => project(name, { fileParallelism: false })),
  project('packages', { fileParallelism: false, exclude: LEFT_TO_THE_WHOLE }),
  // It measures times with a million users and a browser, for some ten minutes.
  project('million', { fileParallelism: false, testTimeout: 2 * HANGS_MS, retry: 2 }),
];
