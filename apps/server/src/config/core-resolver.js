/**
 * Runs beside the server, as Node asks for it: answers where `@rollcall/core` is.
 *
 * @import { InitializeHook, ResolveHook } from 'node:module'
 */

/** The address of the core that the server runs with. */
let core = '';

/** @type {InitializeHook<{ core: string }>} */
export function initialize(data) {
  core = data.core;
}

/** @type {ResolveHook} */
export function resolve(specifier, context, nextResolve) {
  if (specifier === '@rollcall/core') return { url: core, format: 'module', shortCircuit: true };
  return nextResolve(specifier, context);
}
