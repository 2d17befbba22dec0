import type { JsonValue } from '@rollcall/protocol';

/** A filter in which the conditions on ids name nobody of these users. The same text in other conditions is no id. */
export function renamedInFilter(
  filter: JsonValue | undefined,
  names: ReadonlyMap<string, string>,
): JsonValue {
  if (Array.isArray(filter)) return filter.map(one => renamedInFilter(one, names));
  if (typeof filter !== 'object' || filter === null) return filter ?? null;
  return Object.fromEntries(
    Object.entries(filter).map(([key, value]) => {
      if (key === 'id') return [key, renamed(value, names)];
      return [key, key.startsWith('$') ? renamedInFilter(value, names) : value];
    }),
  );
}

function renamed(operand: JsonValue | undefined, names: ReadonlyMap<string, string>): JsonValue {
  if (typeof operand === 'string') return names.get(operand) ?? operand;
  if (Array.isArray(operand)) return operand.map(one => renamed(one, names));
  if (typeof operand !== 'object' || operand === null) return operand ?? null;
  return Object.fromEntries(Object.entries(operand).map(([key, value]) => [key, renamed(value, names)]));
}
