import type { ServerResponse } from 'node:http';
import { ERROR_CODES, RollcallError } from '@rollcall/protocol';
import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';

/** What an answer with 401 has to say (RFC 9110, section 11.6.1): calls carry a token (RFC 6750). */
export const SIGN_IN = ['www-authenticate', 'Bearer'] as const;

/** The status and body of an error outside the procedures. Its shape is the same as inside them. */
export function errorAnswer(error: RollcallError): { status: number; body: string } {
  const transport = ERROR_CODES[error.code].trpc;
  const status = getHTTPStatusCodeFromError(new TRPCError({ code: transport }));
  const data = { ...error.toData(), httpStatus: status };
  const body = JSON.stringify({
    error: { message: error.message, code: TRPC_ERROR_CODES_BY_KEY[transport], data },
  });
  return { status, body };
}

/** Answers an HTTP request with an error. */
export function answerError(response: ServerResponse, error: RollcallError): void {
  const { status, body } = errorAnswer(error);
  if (status === 401) response.setHeader(...SIGN_IN);
  if (error.retry_after !== undefined) response.setHeader('retry-after', error.retry_after);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** The error that a caller gets for a fault of the server. It names the line of the log that has the details, and nothing else. */
export function fault(requestId: string, cause: unknown): RollcallError {
  const message = `the server failed; the log has the rest under ${requestId}`;
  return new RollcallError('INTERNAL', message, { request_id: requestId, cause });
}
