import { defineConfig } from 'vitest/config';
import { sourceConditions } from '../../vitest.shared.js';

export default defineConfig({
  ...sourceConditions,
  // Real sockets on a busy machine: the limit is for what hangs, not a measure of speed.
  test: { testTimeout: 30_000 },
});
