import { register } from 'node:module';

let shared = false;

/**
 * From now on every module that imports `@rollcall/core` gets the one that the server runs with, wherever the module
 * stands and whatever is installed beside it. So a product needs no Rollcall around it to run, and two copies of core
 * never meet.
 */
export function shareCore(): void {
  if (shared) return;
  shared = true;
  register('./core-resolver.js', import.meta.url, { data: { core: import.meta.resolve('@rollcall/core') } });
}
