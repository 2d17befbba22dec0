import type { ServerResponse } from 'node:http';
import { RollcallError } from '@rollcall/protocol';
import { appRouter, type CallContext } from '@rollcall/router';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import type { Host } from '../host.js';
import type { ConnectionHandle } from '../live/connections.js';
import { answerError, SIGN_IN } from './answer-error.js';
import { callerGone } from './caller-gone.js';
import { type EnteredCall, enterCall, type HttpCall } from './enter-call.js';
import { answerPlainCalls, type PlainAnswer, plainCallsIn } from './plain-calls.js';
import { MAX_CALLS_PER_BATCH, retryAfter } from './rate-limits.js';

/**
 * Lets the router answer an HTTP request. A subscription (server-sent events) is a live connection like a WebSocket: it
 * ends when its token expires or its user may no longer be connected.
 */
export async function handleCall(host: Host, call: HttpCall): Promise<void> {
  const { request, response, procedure } = call;
  let entered: EnteredCall | undefined;
  try {
    entered = await enterCall(host, call, request.url);
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    return answerError(response, error);
  }
  if (!entered) return;
  const { context, body, handle, openStream, failed } = entered;
  const plain = plainCallsIn(request, procedure);
  if (plain) {
    const signal = callerGone(request, response);
    return sendPlain(response, await answerPlainCalls(plain, body.text, { context, signal, failed }), handle);
  }
  // It would read the body again.
  if (body.text !== undefined) Object.assign(request, { body: body.text });
  await nodeHTTPRequestHandler({
    router: appRouter,
    req: request,
    res: response,
    path: procedure,
    maxBatchSize: MAX_CALLS_PER_BATCH,
    allowMethodOverride: true,
    createContext: async ({ info }): Promise<CallContext> =>
      info.type === 'subscription' ? openStream() : context,
    // tRPC replaces this header. It must still name the origin, because the origin decides who may read the answer.
    responseMeta: ({ errors, type }) => {
      const seconds = retryAfter(errors);
      const headers = new Headers({ vary: 'origin' });
      if (errors.some(({ code }) => code === 'UNAUTHORIZED')) headers.set(...SIGN_IN);
      // Its own header for event streams, which this is added to, would let a browser keep them.
      if (type === 'subscription') headers.set('cache-control', 'no-store');
      if (seconds !== undefined) headers.set('retry-after', String(seconds));
      return { headers };
    },
    onError: ({ error, path }) => failed(error, path),
  });
}

/** Sends an answer in one piece. */
function sendPlain(
  response: ServerResponse,
  { status, body, errors }: PlainAnswer,
  { outlet }: ConnectionHandle,
): void {
  if (response.closed) return;
  const seconds = retryAfter(errors);
  if (status === 401) response.setHeader(...SIGN_IN);
  if (seconds !== undefined) response.setHeader('retry-after', seconds);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    // What tRPC's adapter says, and the origin, which decides who may read the answer.
    vary: 'trpc-accept, accept, origin',
  });
  response.end(body);
  outlet.sent();
}
