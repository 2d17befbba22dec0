import type { Route } from './route.js';
import { ROUTES } from './routes.js';

/** What a method and a path mean. */
export type Match =
  | { route: Route; fields: Readonly<Record<string, string>> }
  /** Something is at the path, and takes these methods only. */
  | { allow: string[] }
  /** Nothing is at the path. */
  | undefined;

/** The rows, taken apart, by how many segments their paths have. A method and a path fit one row at most (`routes.test.ts`). */
const BY_LENGTH = new Map<number, { route: Route; segments: string[] }[]>();
for (const route of ROUTES) {
  const segments = route.path.split('/').slice(1);
  BY_LENGTH.set(segments.length, [...(BY_LENGTH.get(segments.length) ?? []), { route, segments }]);
}

/** Paths are at most this long: three segments with an id of 255 characters, each of which may be encoded. */
const MAX_LENGTH = 4096;

/**
 * Finds the row of a call. It cuts at slashes and compares, so its cost depends on the length of the path alone.
 *
 * A segment is decoded once, after the path was cut: an encoded slash is part of an id. `.` and `..` are never ids here,
 * however they are written: some programs on the way take them for steps to another path.
 * @param path after `/api`, as it was sent, without the query.
 */
export function matchRoute(method: string, path: string): Match {
  if (!path.startsWith('/') || path.length > MAX_LENGTH) return undefined;
  const segments = path.split('/').slice(1);
  const decoded = segments.map(decode);
  const rows = BY_LENGTH.get(segments.length)?.filter(row => fits(row.segments, decoded)) ?? [];
  if (rows.length === 0) return undefined;
  const asked = method === 'HEAD' ? 'GET' : method;
  const row = rows.find(one => one.route.method === asked);
  if (!row) return { allow: methodsOf(rows.map(one => one.route.method)) };
  const fields = row.segments.flatMap((name, index) =>
    isVariable(name) ? [[name.slice(1, -1), decoded[index] as string]] : [],
  );
  return { route: row.route, fields: Object.fromEntries(fields) };
}

function methodsOf(methods: readonly string[]): string[] {
  const all = new Set(methods);
  if (all.has('GET')) all.add('HEAD');
  return [...all.add('OPTIONS')].sort();
}

function isVariable(segment: string): boolean {
  return segment.startsWith('{');
}

function fits(names: readonly string[], segments: readonly (string | undefined)[]): boolean {
  return names.every((name, index) => {
    const segment = segments[index];
    return isVariable(name) ? segment !== undefined : name === segment;
  });
}

/** @returns undefined for what can be no field. */
function decode(segment: string): string | undefined {
  try {
    const text = decodeURIComponent(segment);
    return ['', '.', '..'].includes(text) ? undefined : text;
  } catch {
    return undefined;
  }
}
