import { defineConfig } from 'vitest/config';
import { sharedModules, sourceConditions, testDefaults } from '../../vitest.shared.js';

export default defineConfig({ ...sourceConditions, test: { ...testDefaults, ...sharedModules } });
