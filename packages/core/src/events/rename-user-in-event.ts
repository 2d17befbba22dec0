import { eventRule, type JsonObject, type JsonValue, USER_IDS_IN_EVENTS } from '@rollcall/protocol';

/**
 * The data of an event in which the id of a user is replaced, in the places that hold ids of users and nowhere else: a
 * name of a field, a role or a text that happens to equal the id stays as it is. A list that names the new id already
 * names it once afterwards.
 *
 * Nobody knows where an event of an unknown type, logged by a newer process, holds ids. There every string that equals
 * the id is replaced, but no name of a field: an erasure must not leave the id behind.
 * @param ids the id, and what replaces it.
 */
export function renameUserInEvent(
  type: string,
  data: JsonObject,
  ids: readonly [string, string],
): JsonObject {
  const rule = eventRule(type);
  if (!rule) return renamedEverywhere(data, ids) as JsonObject;
  let renamed: JsonValue = data;
  for (const path of USER_IDS_IN_EVENTS[rule.about]) {
    renamed = renamedAt(renamed, path.replaceAll('[]', '.[]').split('.'), ids);
  }
  return renamed as JsonObject;
}

function renamedAt(
  value: JsonValue,
  path: readonly string[],
  [from, to]: readonly [string, string],
): JsonValue {
  const [name, ...rest] = path;
  if (name === undefined) return value === from ? to : value;
  if (name === '[]') {
    if (!Array.isArray(value)) return value;
    const items = value.map(item => renamedAt(item, rest, [from, to]));
    return value.includes(from) && value.includes(to) ? [...new Set(items)] : items;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const inner = Object.hasOwn(value, name) ? value[name] : undefined;
  return inner === undefined ? value : { ...value, [name]: renamedAt(inner, rest, [from, to]) };
}

function renamedEverywhere(value: JsonValue, [from, to]: readonly [string, string]): JsonValue {
  if (value === from) return to;
  if (Array.isArray(value)) return value.map(item => renamedEverywhere(item, [from, to]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, renamedEverywhere(inner, [from, to])]),
  );
}
