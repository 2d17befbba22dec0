import {
  ERROR_CODES,
  type ErrorCode,
  type ErrorData,
  type Issue,
  LIMITS,
  RollcallError,
} from '@rollcall/protocol';
import { placeOf, problemsIn } from '@rollcall/protocol/schemas';
import { TRPCError } from '@trpc/server';
import { ZodError } from 'zod';

/** Our codes for the errors that tRPC throws before it reaches a procedure. */
const TRANSPORT_CODES: Partial<Record<TRPCError['code'], ErrorCode>> = {
  PARSE_ERROR: 'INPUT_INVALID',
  BAD_REQUEST: 'INPUT_INVALID',
  METHOD_NOT_SUPPORTED: 'INPUT_INVALID',
  UNSUPPORTED_MEDIA_TYPE: 'INPUT_INVALID',
  UNPROCESSABLE_CONTENT: 'INPUT_INVALID',
  NOT_FOUND: 'NOT_FOUND',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  TOO_MANY_REQUESTS: 'RATE_LIMITED',
  SERVICE_UNAVAILABLE: 'UNAVAILABLE',
};

/** An error of core as tRPC transports it. The table of codes decides the HTTP status. */
export function toTransportError(error: RollcallError): TRPCError {
  return new TRPCError({ code: ERROR_CODES[error.code].trpc, message: error.message, cause: error });
}

/**
 * The error data that a caller gets. A `RollcallError` is sent in full. Of a fault only the request id is sent, because its
 * message may contain anything.
 */
export function toErrorData(error: TRPCError, requestId: string): ErrorData {
  const data = toRollcallError(error, requestId).toData();
  return { ...shortened(data), ...(data.issues && { issues: data.issues.map(shortened) }) };
}

/** A message, or a path, may repeat what somebody sent as a name. It tells as much of it as helps to find it. */
const MAX_ERROR_TEXT = 1000;

function shortened<Told extends Issue>(told: Told): Told {
  const { message, field } = told;
  return { ...told, message: shorten(message), ...(field !== undefined && { field: shorten(field) }) };
}

/** A text as far as an error tells it. */
export function shorten(text: string): string {
  return text.length > MAX_ERROR_TEXT ? `${text.slice(0, MAX_ERROR_TEXT)}…` : text;
}

/** The code that a caller gets for an error. */
export function codeOf(error: TRPCError): ErrorCode {
  return toRollcallError(error, '').code;
}

/** Whether an error is a fault of the server, which has to be logged in full. */
export function isFault(error: TRPCError): boolean {
  return codeOf(error) === 'INTERNAL';
}

function toRollcallError(error: TRPCError, requestId: string): RollcallError {
  if (error.cause instanceof RollcallError) return error.cause;
  if (error.cause instanceof ZodError) {
    return RollcallError.ofIssues(issuesOf(error.cause), problemsIn(error.cause.issues));
  }
  const code = TRANSPORT_CODES[error.code];
  if (code) return new RollcallError(code, error.message);
  return new RollcallError('INTERNAL', `the server failed; the log has the rest under ${requestId}`, {
    request_id: requestId,
  });
}

/**
 * The issues of an input that does not match the schema of its procedure, as many as an answer lists. A number that begins a
 * path is an index in a batch.
 */
function issuesOf(error: ZodError): Issue[] {
  return error.issues.slice(0, LIMITS.listedIssues).map(issue => {
    const { message } = issue;
    const field = placeOf(issue).map(String).join('.');
    return {
      code: 'INPUT_INVALID',
      message: field ? `${field}: ${message}` : message,
      ...(field && { field }),
    };
  });
}

/** The HTTP status of each tRPC code that the table of errors uses. */
export const HTTP_CODES = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  UNPROCESSABLE_CONTENT: 422,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const satisfies Record<(typeof ERROR_CODES)[keyof typeof ERROR_CODES]['trpc'], number>;
