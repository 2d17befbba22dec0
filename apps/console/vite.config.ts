import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// What the first page uses and other pages use, too, is one file with it: a file for each would be more to load.
const FIRST =
  /\/src\/(?:frame\/(?:error-state|list-page|commands|moment|page-state|popover)|filters\/(?:chip-value|chips|fields|filter-bar|seen-values)|live\/|settings\/settings-query|session\/use-session|tasks\/(?:asked-filters|task-words|use-open-task)|theme\/use-narrow|users\/(?:columns|list-skeleton|state-tags|users-page-query))/;

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
    // What is bundled is passed on, and its licences ask to go along.
    license: { fileName: 'LICENSES.md' },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'first', test: FIRST }],
        },
      },
    },
  },
  server: { proxy: { '/trpc': { target: 'http://127.0.0.1:4600', ws: true } } },
});
