import { ERROR_CODES, type ErrorCode } from '@rollcall/protocol';
import { statusOfCode, typeOf } from '@rollcall/server/api';
import { refTo, type Schema } from './schema.js';

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

/** An error as the API answers with it (RFC 9457). */
export const PROBLEM: Schema = {
  type: 'object',
  description: 'An error (RFC 9457).',
  properties: {
    type: { type: 'string', description: 'A URI that names the code.', enum: CODES.map(typeOf) },
    title: { type: 'string', description: 'What the code means.' },
    status: { type: 'integer', enum: statuses() },
    detail: { type: 'string', description: 'What is wrong, where, and what is accepted.' },
    instance: { type: 'string', description: 'Names the request, as `X-Request-Id` does.' },
    code: { type: 'string', enum: CODES },
    index: { type: 'integer', description: 'Position in the batch, from 0; absent outside batches.' },
    field: { type: 'string', description: 'Dotted path within the item, for instance `custom.address`.' },
    issues: {
      type: 'array',
      items: refTo('Issue'),
      description: 'The first hundred issues found, in input order. The first one is the error itself.',
    },
    more_issues: { type: 'integer', description: 'How many more there are.' },
    retry_after: { type: 'integer', description: 'Seconds.' },
    unrecoverable: {
      type: 'boolean',
      description: 'Whether the same call, repeated unchanged, fails again.',
    },
    request_id: {
      type: 'string',
      description: 'The id of the line in the server log. Only with `INTERNAL`.',
    },
  },
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'unrecoverable'],
};

/** Those of the codes, and those for which HTTP has a more exact one. */
function statuses(): number[] {
  return [...new Set([...CODES.map(statusOfCode), 405, 412, 415])].sort((a, b) => a - b);
}

const problem = { content: { 'application/problem+json': { schema: refTo('Problem') } } };

/** What every call may answer with. */
export const RESPONSES = {
  Problem: {
    description: 'The call was refused or failed.',
    headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } },
    ...problem,
  },
  Changed: { description: '`If-Match` names another revision than the stored one.', ...problem },
};

const headerOf = (description: string, schema: Schema = { type: 'string' }) => ({ description, schema });
const integer: Schema = { type: 'integer' };

/** The headers of answers. */
export const HEADERS = {
  RequestId: headerOf('Names the request; the server log has it, too.'),
  RateLimitLimit: headerOf(
    'How many calls of this kind a caller has per minute. Absent for server tokens.',
    integer,
  ),
  RateLimitRemaining: headerOf('How many of them are left.', integer),
  RateLimitReset: headerOf('Seconds until all of them are available again.', integer),
  RetryAfter: headerOf('Seconds to wait before the next try.', integer),
  ETag: headerOf('The revision of the user, for `If-Match`.'),
  Location: headerOf('The address of the task.'),
  IdempotencyReplayed: headerOf(
    '`true` when the call had been carried out before under its `Idempotency-Key`: the answer is that of then.',
  ),
  Link: headerOf('`rel="next"`: the address of the next page. The last page has none.'),
};
