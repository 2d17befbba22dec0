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
  },
  server: { proxy: { '/trpc': { target: 'http://127.0.0.1:4600', ws: true } } },
});
