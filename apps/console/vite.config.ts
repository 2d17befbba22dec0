import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    // The test of the first load reads it.
    manifest: true,
    // Every browser that runs this target preloads modules by itself.
    modulePreload: { polyfill: false },
    // A data URL needs a permission of its own in the content security policy.
    assetsInlineLimit: 0,
    // What nearly every page needs is one file: many small ones compress worse, and the first load is the sum of them.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'shared',
              minShareCount: 2,
              test: /src[\\/](frame[\\/](popover|moment|page-state|error-state|commands)|live|settings[\\/]settings-query|filters[\\/](fields|chip-value))/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/trpc': { target: 'http://127.0.0.1:4600', ws: true } } },
});
