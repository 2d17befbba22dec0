import type { JsonValue } from '@rollcall/protocol';
import { InvalidArgumentError } from 'commander';

/**
 * Reads one `path=value` more, for an option that can be given several times. A value that is JSON is taken as JSON,
 * every other text as it is: `age=41`, `tags=["a","b"]`, `name=Jane Doe`, and `zip='"12345"'` for text that looks like
 * a number.
 */
export function collectAssignment(
  text: string,
  before: Record<string, JsonValue> | undefined,
): Record<string, JsonValue> {
  const at = text.indexOf('=');
  if (at < 1)
    throw new InvalidArgumentError('an assignment is path=value, such as role=admin or custom.age=41');
  const path = text.slice(0, at);
  if (before && Object.hasOwn(before, path)) throw new InvalidArgumentError(`${path} is set twice`);
  // A null prototype lets every path be an ordinary key; the server refuses those that are reserved.
  const all: Record<string, JsonValue> = Object.assign(Object.create(null), before);
  all[path] = assignedValue(text.slice(at + 1));
  return all;
}

function assignedValue(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}
