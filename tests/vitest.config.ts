import { defineConfig } from 'vitest/config';
import { sourceConditions } from '../vitest.shared.js';

/**
 * `seams` and `repo` run with every `npm test`; the other three are longer and have commands of their own. What starts
 * servers gets the time that a busy machine needs: a time limit here is for what hangs, not a measure of speed.
 */
export default defineConfig({
  ...sourceConditions,
  test: {
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'seams',
          include: ['seams/**/*.test.ts'],
          globalSetup: ['@rollcall/testing/postgres-global-setup'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      { extends: true, test: { name: 'repo', include: ['repo/**/*.test.ts'], testTimeout: 30_000 } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['faults/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'packages',
          include: ['packages/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
