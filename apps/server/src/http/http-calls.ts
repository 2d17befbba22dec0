import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERROR_CODES, LIMITS, RollcallError } from '@rollcall/protocol';
import {
  appRouter,
  type CallContext,
  callerKeyOf,
  hasMoreValues,
  kindOfCaller,
  type Origin,
} from '@rollcall/router';
import { TRPCError } from '@trpc/server';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import type { Host } from '../host.js';
import { admit } from '../live/admission.js';
import type { ConnectionHandle } from '../live/connections.js';
import { logFailure } from '../logger.js';
import { answerError } from './answer-error.js';
import { callerGone } from './caller-gone.js';
import { clientAddress } from './client-address.js';
import { countRequest } from './count-request.js';
import { answerPlainCalls, type PlainAnswer, plainCallsIn } from './plain-calls.js';
import { callLimit, MAX_CALLS_PER_BATCH, retryAfter, sendAllowance } from './rate-limits.js';
import { readBody } from './read-body.js';
import { bearerToken } from './tokens.js';

/** One HTTP request that calls procedures. */
export interface HttpCall {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  /** The procedure, or several separated by commas. */
  procedure: string;
}

/**
 * Lets the router answer an HTTP request. A subscription (server-sent events) is a live connection like a WebSocket: it
 * ends when its token expires or its user may no longer be connected.
 */
export async function handleCall(
  host: Host,
  { request, response, requestId, procedure }: HttpCall,
): Promise<void> {
  const startedAt = performance.now();
  const authentication = await host.authenticate(bearerToken(request.headers.authorization));
  const address = clientAddress(request, host.config.trustedProxies);
  const origin = { authentication, address };
  const caller = { key: callerKeyOf(origin), address };
  const logRefusal = (error: TRPCError, path: string | undefined) => {
    const ms = performance.now() - startedAt;
    logFailure(host, { error, requestId, procedure: path, ms, caller });
  };
  const counter = callLimit(host.rateLimits, origin, allowance => sendAllowance(response, allowance));
  let limit: CallContext['limit'];
  // Answers wait for their reader no longer, and in no greater number, than what is sent over a WebSocket.
  const handle = outletOf(host, response);
  let body: TakenBody | undefined;
  try {
    if (counter) limit = await countRequest(counter, { procedure, url: request.url });
    body = await takeBody(host, { request, response, origin });
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    logRefusal(new TRPCError({ code: ERROR_CODES[error.code].trpc, cause: error }), procedure);
    return answerError(response, error);
  }
  if (!body) return;
  const { directory, signGuestToken, budgets, overview } = host;
  const shared = { directory, signGuestToken, budgets, overview };
  const context = { ...shared, requestId, address, ...(limit && { limit }) };
  const plain = plainCallsIn(request, procedure);
  if (plain) {
    const signal = callerGone(request, response);
    const call = { context: { ...context, authentication }, signal, failed: logRefusal };
    return sendPlain(response, await answerPlainCalls(plain, body.text, call), handle);
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
    createContext: async ({ info }): Promise<CallContext> => {
      if (info.type !== 'subscription') return { ...context, authentication };
      const admission = await admit(host, origin, { handle, requestId });
      const { connection } = admission;
      if (!connection) return { ...context, authentication: admission.authentication };
      if (response.closed) host.connections.end(connection);
      else response.once('close', () => host.connections.end(connection));
      return { ...context, authentication, connection };
    },
    // tRPC replaces this header. It must still name the origin, because the origin decides who may read the answer.
    responseMeta: ({ errors, type }) => {
      const seconds = retryAfter(errors);
      const headers = new Headers({ vary: 'origin' });
      // Its own header for event streams, which this is added to, would let a browser keep them.
      if (type === 'subscription') headers.set('cache-control', 'no-store');
      if (seconds !== undefined) headers.set('retry-after', String(seconds));
      return { headers };
    },
    onError: ({ error, path }) => logRefusal(error, path),
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

/** The text of a request; none of one that has no body. */
interface TakenBody {
  text?: string;
}

/**
 * Reads the body, which is given back when the response is over.
 * @returns undefined when there is nobody left to answer.
 * @throws RollcallError `PAYLOAD_TOO_LARGE`, or `RATE_LIMITED` when the caller has too much under way.
 */
async function takeBody(
  host: Host,
  { request, response, origin }: Pick<HttpCall, 'request' | 'response'> & { origin: Origin },
): Promise<TakenBody | undefined> {
  if (request.method === 'GET' || request.method === 'HEAD') return {};
  const caller = callerKeyOf(origin);
  const budget = host.budgets.of(caller);
  const body = await readBody(request, { maxBytes: host.config.maxBodyBytes, budget });
  if (!body || response.closed) {
    body?.release();
    return undefined;
  }
  response.once('close', body.release);
  if (kindOfCaller(caller) !== 'server' && hasMoreValues(body.text, LIMITS.requestValues)) {
    throw new RollcallError('PAYLOAD_TOO_LARGE', `a request has at most ${LIMITS.requestValues} values`);
  }
  return { text: body.text };
}

/**
 * What leaves as the answer to a request, an event stream or an answer at once. It has no close codes: it breaks off. The
 * reader of an event stream reconnects by itself with its last id, and learns then what is wrong. A proper end would mean
 * that the subscription is complete. What has not begun breaks off once its first part is on its way: a request without any
 * answer would look like a fault of the network.
 */
function outletOf({ outlets }: Pick<Host, 'outlets'>, response: ServerResponse): ConnectionHandle {
  let hasBegun = false;
  let breaksOff = false;
  const close = () => {
    breaksOff = true;
    if (hasBegun || response.writableEnded) response.destroy();
  };
  const begin = () => {
    hasBegun = true;
    // A refusal has been said whole by now.
    if (breaksOff && !response.writableEnded) response.destroy();
  };
  const outlet = outlets.open({ unreadBytes: () => response.writableLength, close });
  const write = response.write.bind(response) as (...args: unknown[]) => boolean;
  response.write = (...args: unknown[]) => {
    const more = write(...args);
    outlet.sent();
    // Node sends the first part, which the headers belong to, in the next turn.
    if (!hasBegun) setImmediate(begin);
    return more;
  };
  response.once('close', () => outlet.end());
  return { outlet, close };
}
