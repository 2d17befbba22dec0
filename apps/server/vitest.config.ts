import { defineConfig } from 'vitest/config';
import { sourceConditions } from '../../vitest.shared.js';

/** Some tests start processes: a time limit is for what hangs, not a measure of speed. */
export default defineConfig({ ...sourceConditions, test: { testTimeout: 60_000, hookTimeout: 60_000 } });
