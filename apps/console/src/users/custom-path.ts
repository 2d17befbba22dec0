import type { JsonValue } from '@rollcall/client/server';

/** What lies at a dotted path of custom data. */
export function valueAt(custom: JsonValue, path: string): JsonValue | undefined {
  let at: JsonValue | undefined = custom;
  for (const name of path.replace(/^custom\./, '').split('.')) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, name))
      return undefined;
    at = at[name];
  }
  return at;
}
