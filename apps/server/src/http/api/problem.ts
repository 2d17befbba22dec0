import type { ServerResponse } from 'node:http';
import {
  ERROR_CODES,
  ERROR_MEANINGS,
  type ErrorCode,
  type ErrorData,
  RollcallError,
} from '@rollcall/protocol';
import { toErrorData } from '@rollcall/router';
import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { SIGN_IN } from '../answer-error.js';

/** An error as RFC 9457 has it, with the fields that errors have everywhere. */
export interface Problem extends Omit<ErrorData, 'message'> {
  /** Names the code. */
  type: string;
  /** What the code means. */
  title: string;
  status: number;
  /** The message. */
  detail: string;
  /** Names the request, as `x-request-id` does. */
  instance: string;
}

/** @param status another one than the code has. */
export function problemOf(error: unknown, context: { requestId: string; status?: number }): Problem {
  const { requestId, status } = context;
  const { message, ...data } = dataOf(error, requestId);
  return {
    type: typeOf(data.code),
    title: ERROR_MEANINGS[data.code],
    status: status ?? statusOf(data.code),
    detail: message,
    instance: `urn:uuid:${requestId}`,
    ...data,
  };
}

/** The URI that names a code. Nothing is at it. */
export function typeOf(code: ErrorCode): string {
  return `urn:rollcall:error:${code.toLowerCase().replaceAll('_', '-')}`;
}

/** The HTTP status of a code. */
export function statusOf(code: ErrorCode): number {
  return getHTTPStatusCodeFromError(new TRPCError({ code: ERROR_CODES[code].trpc }));
}

function dataOf(error: unknown, requestId: string): ErrorData {
  if (error instanceof TRPCError) return toErrorData(error, requestId);
  const cause = error instanceof RollcallError ? error : undefined;
  const code = cause ? ERROR_CODES[cause.code].trpc : 'INTERNAL_SERVER_ERROR';
  return toErrorData(new TRPCError({ code, cause }), requestId);
}

/** Answers a request with a problem, unless its answer has begun. */
export function answerProblem(response: ServerResponse, problem: Problem): void {
  if (response.destroyed || response.headersSent) return;
  const body = JSON.stringify(problem);
  if (problem.status === 401) response.setHeader(...SIGN_IN);
  if (problem.retry_after !== undefined) response.setHeader('retry-after', problem.retry_after);
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
