import { pathFields, type Route } from '@rollcall/server/api';

/** A request of the HTTP API. */
export interface ApiRequest {
  method: string;
  path: string;
  body: unknown;
}

type Fields = Record<string, unknown>;

/**
 * The request that says an input by a row of the table: the other way round of what the server does.
 * @returns undefined for an input that the form of the request cannot carry, such as a number in a path.
 */
export function toApiRequest(route: Route, input: unknown): ApiRequest | undefined {
  const flat = flattened(route, input);
  if (!flat) return undefined;
  const { query: asked, rest } = flat;
  const fields = { ...rest };
  let path: string = route.path;
  for (const name of pathFields(route.path)) {
    const value = fields[name];
    if (typeof value !== 'string' || ['', '.', '..'].includes(value)) return undefined;
    path = path.replace(`{${name}}`, encodeURIComponent(value));
    delete fields[name];
  }
  const query = new URLSearchParams();
  for (const [name, kind] of Object.entries(route.query ?? {})) {
    const source = name in asked ? asked : fields;
    const value = source[name];
    delete source[name];
    if (value === undefined) continue;
    const texts = textsOf(kind, value);
    if (!texts) return undefined;
    for (const text of texts) query.append(name, text);
  }
  // What is left has nowhere to stand.
  if (Object.keys(asked).length > 0) return undefined;
  const isWhole = pathFields(route.path).length === 0;
  if (!route.body && Object.keys(fields).length > 0) return undefined;
  const text = query.toString();
  return {
    method: route.method,
    path: `/api${path}${text && `?${text}`}`,
    body: route.body ? (isWhole && route.input === undefined ? input : fields) : undefined,
  };
}

/** The fields of an input as they stand beside each other in a request. */
function flattened(route: Route, input: unknown): { query: Fields; rest: Fields } | undefined {
  if (!isFields(input))
    return route.body && !route.path.includes('{') ? { query: {}, rest: {} } : nothing(input);
  switch (route.input) {
    case 'one-of-users': {
      const { users, ...query } = input;
      const [user, ...more] = Array.isArray(users) ? users : [];
      return isFields(user) && more.length === 0 ? { query, rest: user } : undefined;
    }
    case 'one-of-ids': {
      const { ids, ...query } = input;
      const [id, ...more] = Array.isArray(ids) ? ids : [];
      return more.length === 0 ? { query, rest: { id } } : undefined;
    }
    case 'options': {
      const { options = {}, ...query } = input;
      return isFields(options) ? { query: { ...query, ...options }, rest: {} } : undefined;
    }
    case 'find-by-id':
      return undefined;
    case undefined:
      return { query: {}, rest: input };
  }
}

function nothing(input: unknown): { query: Fields; rest: Fields } | undefined {
  return input === undefined ? { query: {}, rest: {} } : undefined;
}

function textsOf(kind: string, value: unknown): string[] | undefined {
  switch (kind) {
    case 'json':
      return [JSON.stringify(value)];
    case 'texts':
      return Array.isArray(value) && value.length > 0 && value.every(one => typeof one === 'string')
        ? value
        : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? [String(value)] : undefined;
    case 'integer':
      return Number.isSafeInteger(value) ? [String(value)] : undefined;
    case 'time':
      return typeof value === 'string' || Number.isSafeInteger(value) ? [String(value)] : undefined;
    default:
      return typeof value === 'string' ? [value] : undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What of the answer of a procedure the API answers with. */
export function apiAnswerOf({ answer: shape }: Route, answer: unknown): unknown {
  if (!shape || 'task' in shape) return answer;
  if ('nothing' in shape) return undefined;
  const fields = answer as Fields;
  return 'only' in shape ? fields[shape.only] : Object.values(fields[shape.one] as object)[0];
}
