import { defineConfig } from 'vitest/config';
import { leftToTheWhole, sharedModules, sourceConditions, testDefaults } from '../../vitest.shared.js';

export default defineConfig({
  ...sourceConditions,
  test: {
    ...testDefaults,
    ...sharedModules,
    ...leftToTheWhole('test/contract/{copy*,migrations-in-the-way,postgres-lost}.test.ts'),
    globalSetup: ['./test/databases-global-setup.ts'],
    sequence: { groupOrder: 1 },
  },
});
