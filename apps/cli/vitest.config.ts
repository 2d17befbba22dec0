import { defineConfig } from 'vitest/config';
import { sourceConditions } from '../../vitest.shared.js';

export default defineConfig({
  ...sourceConditions,
  // Servers and processes start within these times even on a machine that has much else to do.
  test: { testTimeout: 30_000, hookTimeout: 30_000 },
});
