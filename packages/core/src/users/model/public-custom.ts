import { type JsonObject, type JsonValue, splitPath } from '@rollcall/protocol';

/** Names of private parts: true where the whole part is private, else what is private within it. */
type PrivateParts = Map<string, PrivateParts | true>;

/**
 * Custom data without its private parts, as others see it. Paths go into each element of an array. An object in which
 * something may be private is left out when nothing else is in it: an empty one would tell that there is something.
 * @param privatePaths the setting `private_custom_fields`.
 */
export function publicCustom(custom: JsonObject, privatePaths: readonly string[]): JsonObject {
  return withoutParts(custom, partsOf(privatePaths));
}

function partsOf(privatePaths: readonly string[]): PrivateParts {
  const parts: PrivateParts = new Map();
  for (const path of privatePaths) {
    const names = splitPath(path);
    let within = parts;
    for (const [depth, name] of names.entries()) {
      const next = within.get(name);
      if (next === true) break;
      if (depth === names.length - 1) within.set(name, true);
      else if (next) within = next;
      else {
        const made: PrivateParts = new Map();
        within.set(name, made);
        within = made;
      }
    }
  }
  return parts;
}

function withoutParts(object: JsonObject, parts: PrivateParts): JsonObject {
  const seen: JsonObject = {};
  for (const [name, value] of Object.entries(object)) {
    const within = parts.get(name);
    if (within === true) continue;
    const shown = within ? seenOf(value, within) : value;
    if (shown !== undefined) seen[name] = shown;
  }
  return seen;
}

/** A value in which something may be private; undefined when nothing of it is to be seen. */
function seenOf(value: JsonValue, parts: PrivateParts): JsonValue | undefined {
  if (Array.isArray(value)) {
    const shown = value.map(one => seenOf(one, parts)).filter(one => one !== undefined);
    return shown.length === 0 ? undefined : shown;
  }
  if (typeof value !== 'object' || value === null) return value;
  const shown = withoutParts(value, parts);
  return Object.keys(shown).length === 0 ? undefined : shown;
}
