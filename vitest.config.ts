import { defineConfig } from 'vitest/config';
import { SHORT } from './tests/vitest.projects.js';
import { sourceConditions } from './vitest.shared.js';

/** `npm test`: all packages in one run, so that there are never more workers than the cores that it is meant for. */
export default defineConfig({
  ...sourceConditions,
  test: {
    maxWorkers: 2,
    experimental: { fsModuleCache: true },
    projects: [
      'packages/*/vitest.config.ts',
      'apps/*/vitest.config.ts',
      'tools/*/vitest.config.ts',
      ...SHORT,
    ],
  },
});
