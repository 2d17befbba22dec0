import type { JsonObject, JsonValue, User } from '@rollcall/client/server';
import { printValue } from './chip-value.js';

const LOOKED_AT = 200;
const DEEP = 3;
const MOST = 8;

/** The paths of custom data that users on the screen have, those that most of them have first. */
export function pathsIn(users: readonly User[]): string[] {
  const counts = new Map<string, number>();
  for (const user of users.slice(0, LOOKED_AT)) collect(user.custom, '', 1, counts);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([path]) => path);
}

function collect(value: JsonObject, prefix: string, depth: number, counts: Map<string, number>): void {
  for (const [key, inner] of Object.entries(value)) {
    const path = prefix + key;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      if (depth < DEEP) collect(inner, `${path}.`, depth + 1, counts);
    } else counts.set(path, (counts.get(path) ?? 0) + 1);
  }
}

/** The values of a field that users on the screen have, as somebody types them, the usual ones first. */
export function valuesIn(users: readonly User[], field: string): string[] {
  const counts = new Map<string, number>();
  for (const user of users.slice(0, LOOKED_AT)) {
    for (const value of valuesOf(user, field)) {
      if (typeof value === 'object') continue;
      const text = printValue(field, '$eq', value);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MOST)
    .map(([text]) => text);
}

function valuesOf(user: User, field: string): JsonValue[] {
  const whole = user as unknown as JsonObject;
  let at: JsonValue | undefined = Object.hasOwn(whole, field) ? whole : user.custom;
  for (const name of field.replace(/^custom\./, '').split('.')) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return [];
    at = Object.hasOwn(at, name) ? at[name] : undefined;
  }
  if (at === undefined) return [];
  return Array.isArray(at) ? at : [at];
}
