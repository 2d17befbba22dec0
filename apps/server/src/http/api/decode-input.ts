import { RollcallError } from '@rollcall/protocol';
import { parseSaid } from '../held-json.js';
import { UnreadableForm } from '../read-body.js';
import { expectedRevision } from './etags.js';
import { readQuery } from './read-query.js';
import { type Route, replacesWhole } from './route.js';

/** What a request says. */
export interface SaidInput {
  /** The fields of the path. */
  fields: Readonly<Record<string, string>>;
  /** What stands behind the `?`. */
  query: string;
  /** The text of the body; undefined: there was none. */
  body: string | undefined;
  contentType: string | undefined;
  ifMatch: string | undefined;
  ifNoneMatch: string | undefined;
  lastEventId: string | undefined;
}

type Fields = Record<string, unknown>;

/**
 * Puts the input of a procedure together from the path, the query and the body. Whether it is a good one, the procedure says.
 * @throws RollcallError `INPUT_INVALID` for what is said in a way that the call does not take; {@link UnreadableForm} for a body of
 * another type.
 */
export function decodeInput(route: Route, said: SaidInput): unknown {
  const query = readQuery(said.query, route.query);
  const body = readBodyOf(route, said);
  if (route.procedure === 'live.events' && said.lastEventId) query.lastEventId = said.lastEventId;
  const revision = expectedRevision(route, said);
  const fields = merged({ ...said.fields, ...(revision !== undefined && { if_revision: revision }) }, body);
  switch (route.input) {
    case 'one-of-users':
      return { ...query, users: [fields] };
    case 'one-of-ids': {
      const { id, ...rest } = fields as Fields;
      return { ...query, ...rest, ids: [id] };
    }
    case 'options': {
      const { filter, sort, ...options } = query;
      return { ...(filter !== undefined && { filter }), ...(sort !== undefined && { sort }), options };
    }
    case 'find-by-id': {
      const { id } = said.fields;
      return { filter: { id: { $eq: id } }, options: { include_deactivated_users: true, ...query } };
    }
    case undefined:
      // What is said in a path and a query is an object, also where nothing is said.
      if (fields === undefined) return route.body ? undefined : query;
      return isFields(fields) ? { ...query, ...fields } : fields;
  }
}

/** The body, parsed; undefined when there was none. */
function readBodyOf(route: Route, { body, contentType }: SaidInput): unknown {
  if (!body) {
    if (!replacesWhole(route)) return undefined;
    const message = 'this call replaces what there is, so it needs a body; {} resets every field';
    throw new RollcallError('INPUT_INVALID', message);
  }
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (!route.body) {
    // Some programs send an empty object with every request.
    if (body.trim() === '{}') return undefined;
    throw new RollcallError(
      'INPUT_INVALID',
      'this call takes no body; its fields stand in the path and the query',
    );
  }
  if (type !== 'application/json') {
    throw new UnreadableForm('INPUT_INVALID', 'a body is JSON, and its content-type says application/json');
  }
  return parsedJson(body);
}

/** @throws RollcallError `INPUT_INVALID` for what is no JSON, and for a number that would become another one. */
function parsedJson(body: string): unknown {
  // Decoding a body, as the web does it, takes a byte order mark away.
  const json = body.startsWith('\uFEFF') ? body.slice(1) : body;
  try {
    return parseSaid(json);
  } catch (cause) {
    if (cause instanceof RollcallError) throw cause;
    throw new RollcallError('INPUT_INVALID', `the body is no JSON: ${(cause as Error).message}`, { cause });
  }
}

/** The fields that a path and a header say, and those of a body. What both say has to be the same. */
function merged(said: Fields, body: unknown): unknown {
  const names = Object.keys(said);
  if (names.length === 0) return body;
  if (body === undefined) return said;
  if (!isFields(body)) throw new RollcallError('INPUT_INVALID', 'the body must be a JSON object');
  for (const name of names) {
    if (!Object.hasOwn(body, name) || body[name] === said[name]) continue;
    const where = name === 'if_revision' ? 'the header' : 'the path';
    throw new RollcallError('INPUT_INVALID', `${name}: ${where} says something else than the body`, {
      field: name,
    });
  }
  return { ...body, ...said };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
