#!/usr/bin/env node
// A plain file that is there before anything is built, so that `npm ci` can link the command.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) {
  await import(program.href);
} else {
  console.error(
    'error: UNAVAILABLE rollcall is not built yet; run "npm run build" at the root of the repository first',
  );
  process.exitCode = 2;
}
