import type { JsonObject, JsonValue } from '@rollcall/client/server';
import { kindOfField } from '../filters/fields.js';
import type { UserList } from './users-page-query.js';

/** The paths of custom data that a list filters or sorts by and that have no index. */
export function unindexedFields({ filter, sort }: UserList, indexed: readonly string[]): string[] {
  const named = [...fieldsOf(filter), ...sort.map(({ field }) => field)];
  const paths = named.filter(field => kindOfField(field) === 'custom').map(withoutCustom);
  const known = new Set(indexed.map(withoutCustom));
  return [...new Set(paths)].filter(path => !known.has(path));
}

function fieldsOf(filter: JsonObject): string[] {
  return Object.entries(filter).flatMap(([key, value]) =>
    key.startsWith('$') && Array.isArray(value) ? value.flatMap(one => fieldsOfOne(one)) : [key],
  );
}

function fieldsOfOne(value: JsonValue): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? fieldsOf(value) : [];
}

function withoutCustom(path: string): string {
  return path.replace(/^custom\./, '');
}
