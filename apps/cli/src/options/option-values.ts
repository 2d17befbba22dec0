import { type JsonValue, parseHeldJson, type SortKey } from '@rollcall/protocol';
import { InvalidArgumentError } from 'commander';

/** Makes the parser of an option that takes a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return text => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`it takes a whole number from ${min} to ${max}`);
  };
}

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Parses a duration such as `90s`, `15m`, `1h`, `30d` as seconds.
 * @throws InvalidArgumentError for anything else. A number without a unit is refused, because its unit is unknown.
 */
export function parseDurationSeconds(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit ?? ''];
  if (count && seconds) return Number(count) * seconds;
  throw new InvalidArgumentError('a duration is a number and a unit: 90s, 15m, 1h or 30d');
}

/** Parses a list with commas between its members, and adds them to the values given before. */
export function addToList(text: string, before: string[] | undefined): string[] {
  const members = text
    .split(',')
    .map(member => member.trim())
    .filter(member => member !== '');
  return [...(before ?? []), ...members];
}

/** Parses an option that takes a JSON object, such as a filter. */
export function parseJsonObjectOption(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseHeldJson(text);
  } catch (error) {
    const { message } = error as Error;
    throw new InvalidArgumentError(error instanceof SyntaxError ? `it is not JSON: ${message}` : message);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new InvalidArgumentError('it takes a JSON object, such as {"role":"admin"}');
}

const DIRECTIONS: Record<string, SortKey['direction']> = { asc: 1, desc: -1 };

/**
 * Parses a sort such as `role:asc,created_at:desc`. Without a direction a field sorts ascending. The server checks
 * whether the fields exist.
 */
export function parseSortOption(text: string): SortKey[] {
  return text.split(',').map(part => {
    const [, field, direction = 'asc'] = /^([^:\s]+)(?::(.*))?$/.exec(part.trim()) ?? [];
    const sign = Object.hasOwn(DIRECTIONS, direction) ? DIRECTIONS[direction] : undefined;
    if (!field || !sign)
      throw new InvalidArgumentError('a sort is field:asc or field:desc; put commas between several');
    return { field, direction: sign };
  });
}

/**
 * Parses one `path=value`, and adds it to those given before. A value that is JSON is read as JSON, and any other text
 * stays text: `age=41`, `tags=["a","b"]`, `name=Jane Doe`, and `zip='"12345"'` for text that looks like
 * a number.
 */
export function addAssignment(
  text: string,
  before: Record<string, JsonValue> | undefined,
): Record<string, JsonValue> {
  const at = text.indexOf('=');
  if (at < 1)
    throw new InvalidArgumentError('an assignment is path=value, such as role=admin or custom.age=41');
  const path = text.slice(0, at);
  if (before && Object.hasOwn(before, path)) throw new InvalidArgumentError(`${path} is set twice`);
  // Without a prototype every path is an ordinary key. The server refuses the reserved ones.
  const all: Record<string, JsonValue> = Object.assign(Object.create(null), before);
  all[path] = assignedValue(text.slice(at + 1));
  return all;
}

function assignedValue(text: string): JsonValue {
  try {
    return parseHeldJson(text) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** Parses one `old=new`, and adds it to those given before. */
export function addRename(
  text: string,
  before: ReadonlyMap<string, string> | undefined,
): Map<string, string> {
  const [old = '', name = '', ...more] = text.split('=');
  if (old === '' || name === '' || more.length > 0) {
    throw new InvalidArgumentError('it takes old=new, such as Name=name');
  }
  return new Map([...(before ?? []), [old, name]]);
}
