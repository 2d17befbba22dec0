import { kindOfProcedure } from '@rollcall/router';

/** How the text of a query parameter becomes a value. */
export type QueryKind =
  | 'text'
  | 'integer'
  | 'boolean'
  /** Epoch milliseconds, or a text that the procedure reads as a time. */
  | 'time'
  /** A parameter that may stand several times. */
  | 'texts'
  /** JSON. */
  | 'json';

/**
 * Where the fields of a request go in the input of its procedure. Without it, the fields of the path, the query and the body
 * are the fields of the input.
 */
type InputShape =
  /** The path and the body make the one item of the list `users`. The query stands beside the list. */
  | 'one-of-users'
  /** The path names the one id of the list `ids`. */
  | 'one-of-ids'
  /** The query makes `options`, but for `filter` and `sort`. */
  | 'options'
  /** The path names the id that a filter asks for, and deactivated users are found, too. */
  | 'find-by-id';

/** What of the answer of a procedure is the answer of the call. Without it, all of it is. */
type AnswerShape =
  /** What stands under this name; the procedure answers with nothing beside it. */
  | { only: 'user' | 'channel' | 'message' | 'call' | 'activity' }
  /** The one user of `users`. */
  | { one: 'users' }
  /** `task_id`, with 202 and the address of the task. */
  | { task: true }
  /** Nothing: 204. */
  | { nothing: true };

/** One call of the HTTP API: a method and a path, and the procedure that they mean. */
export interface Route {
  /** The name of the call in the document: camelCase, and nothing else has it. */
  operationId: string;
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** After `/api`. A name in braces is a field of the input. */
  path: `/${string}`;
  /** As the router names it. */
  procedure: string;
  /** What the call does, where the comment above the procedure says more, or something of many. */
  summary?: string;
  /** The fields that stand in the query. */
  query?: Readonly<Record<string, QueryKind>>;
  /** Whether the other fields come in a body of JSON. */
  body?: true;
  input?: InputShape;
  answer?: AnswerShape;
  /** Of a call that makes something: 201. */
  creates?: true;
  /** Whether the answer is a user with a revision, which its `ETag` says. */
  etag?: true;
  /** Whether `If-Match` says the revision that a write expects (`if_revision`). */
  ifMatch?: true;
}

/** Whether a call can be carried out once, by the header `Idempotency-Key`. */
export function takesKey({ procedure }: Pick<Route, 'procedure'>): boolean {
  return kindOfProcedure(procedure)?.takesKey === true;
}

/** Whether a call replaces all that there is by what its body says. */
export function replacesWhole({ method, input }: Pick<Route, 'method' | 'input'>): boolean {
  return method === 'PUT' && input === 'one-of-users';
}

/** The names in the braces of a path. */
export function pathFields(path: string): string[] {
  return path
    .split('/')
    .filter(segment => segment.startsWith('{'))
    .map(segment => segment.slice(1, -1));
}
