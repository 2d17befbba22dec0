import { fileURLToPath } from 'node:url';

const { ROLLCALL_TEST_TYPEORM: typeormVersion } = process.env;

/** What `npm run test:typeorm-1` puts in the place of TypeORM 0.3. */
const TYPEORM_1 = fileURLToPath(new URL('packages/core/test/typeorm-1/typeorm.ts', import.meta.url));
const alias = typeormVersion === '1' ? [{ find: /^typeorm$/, replacement: TYPEORM_1 }] : [];

/** Tests import the workspace's packages from their sources, so that no test ever runs against a stale build. */
export const sourceConditions = {
  resolve: { alias, conditions: ['@rollcall/source'] },
  ssr: { resolve: { conditions: ['@rollcall/source'] } },
  // Where a global setup runs.
  environments: {
    __vitest__: { resolve: { conditions: ['@rollcall/source', 'node'], noExternal: [/^@rollcall\//] } },
  },
};

/**
 * How the tests of every package run. A time limit is for what hangs, not a measure of speed: a busy machine gets the time
 * that it needs.
 */
export const testDefaults = { testTimeout: 300_000, hookTimeout: 300_000, maxWorkers: 2 };

/**
 * For tests that keep nothing in modules and put back what they replace. Loading TypeORM, zod and the rest anew for every
 * file takes from a third to two thirds of all the work.
 */
export const sharedModules = { isolate: false, unstubGlobals: true };

/**
 * Tests that `npm test` leaves to `.ci/run` (`ROLLCALL_TEST_WHOLE=1`): what they guard changes seldom, and they make databases
 * or start servers over and over.
 */
export const leftToTheWhole = (...files: string[]) => ({
  // biome-ignore lint/suspicious/noUndeclaredEnvVars: Turbo runs no tests.
  exclude: ['**/node_modules/**', ...(process.env.ROLLCALL_TEST_WHOLE === '1' ? [] : files)],
});
