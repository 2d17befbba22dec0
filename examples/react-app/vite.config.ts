import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // What begins so is put into the page. `ROLLCALL_` would put the secret into it, where it is set.
  envPrefix: 'ROLLCALL_URL',
});
