import { RollcallError } from '@rollcall/protocol';
import { etagOf } from './etags.js';
import type { Route } from './route.js';

/** An answer before it is sent. */
export interface ApiAnswer {
  status: number;
  /** Undefined: it has no body. */
  body: unknown;
  headers: Record<string, string>;
}

/**
 * The answer of a call, of what its procedure answered.
 * @param query what the request said behind the `?`.
 * @throws RollcallError `USER_NOT_FOUND` when the one user that was asked for is not there.
 */
export function shapeAnswer(
  route: Route,
  answer: unknown,
  asked: { fields: Readonly<Record<string, string>>; path: string; query: string },
): ApiAnswer {
  const body = bodyOf(route, answer, asked.fields);
  const headers: Record<string, string> = {};
  // What was only tried has the revision that it would have had, and somebody else may get it.
  const isTrial = new URLSearchParams(asked.query).get('dry_run') === 'true';
  const etag = route.etag && !isTrial && etagOf((body as { revision?: unknown }).revision);
  if (etag) headers.etag = etag;
  const task = taskIn(route, body);
  if (task !== undefined) headers.location = `/api/tasks/${task}`;
  const next = (body as { next?: unknown } | undefined)?.next;
  if (typeof next === 'string' && route.query && Object.hasOwn(route.query, 'next')) {
    headers.link = `<${addressOfNext(asked, next)}>; rel="next"`;
  }
  return { status: statusOf(route), body, headers };
}

function bodyOf(
  { answer: shape }: Route,
  answer: unknown,
  fields: Readonly<Record<string, string>>,
): unknown {
  if (!shape || 'task' in shape) return answer;
  if ('nothing' in shape) return undefined;
  const fieldsOfAnswer = answer as Record<string, unknown>;
  if ('only' in shape) return fieldsOfAnswer[shape.only];
  const users = Object.values(fieldsOfAnswer[shape.one] as object);
  if (users.length > 0) return users[0];
  throw new RollcallError('USER_NOT_FOUND', `there is no user "${fields.id}"`, { field: 'id' });
}

function taskIn({ answer }: Route, body: unknown): string | undefined {
  return answer && 'task' in answer ? (body as { task_id: string }).task_id : undefined;
}

/** The status of a call that succeeds. */
export function statusOf({ answer, creates }: Route): 200 | 201 | 202 | 204 {
  if (creates) return 201;
  if (answer && 'task' in answer) return 202;
  return answer && 'nothing' in answer ? 204 : 200;
}

/** The same request for the next page, relative to the server. */
function addressOfNext({ path, query }: { path: string; query: string }, next: string): string {
  const parameters = new URLSearchParams(query);
  parameters.set('next', next);
  return `${path.replace(/[<>]/g, encodeURIComponent)}?${parameters}`;
}
