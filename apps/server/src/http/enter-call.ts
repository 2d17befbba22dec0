import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERROR_CODES, LIMITS, RollcallError } from '@rollcall/protocol';
import { type CallContext, callerKeyOf, hasMoreValues, kindOfCaller, type Origin } from '@rollcall/router';
import { TRPCError } from '@trpc/server';
import type { Host } from '../host.js';
import { admit } from '../live/admission.js';
import type { ConnectionHandle } from '../live/connections.js';
import { logFailure } from '../logger.js';
import { countElsewhere } from '../metrics/count-elsewhere.js';
import { askedCalls } from './asked-calls.js';
import { clientAddress } from './client-address.js';
import { countRequest } from './count-request.js';
import { callLimit, sendAllowance } from './rate-limits.js';
import { readBody } from './read-body.js';
import { bearerToken } from './tokens.js';

/** One HTTP request that calls procedures. */
export interface HttpCall {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  /** The procedure, or several separated by commas; an empty text where nothing is asked for that exists. */
  procedure: string;
  /** Whether a read is given its body, too, which takes none and refuses it. */
  bodyOfReads?: true;
}

/** A request that may call procedures now. */
export interface EnteredCall {
  /** What every call of the request has. */
  context: CallContext;
  body: TakenBody;
  /** What leaves as its answer. */
  handle: ConnectionHandle;
  /** Opens a live connection for an event stream, which ends with the response; or says in `authentication` why not. */
  openStream(): Promise<CallContext>;
  /** Logs an error of a call, and counts it unless the router has. */
  failed(error: TRPCError, path: string | undefined): void;
}

/**
 * The one door to the procedures, whatever the form of a request and of its answer: it finds out who calls, counts the call,
 * bounds what its body and its answer take, and logs what is refused.
 * @param url of the request, where it names more procedures or says that they are a batch.
 * @returns undefined when there is nobody left to answer.
 * @throws RollcallError `RATE_LIMITED`, `PAYLOAD_TOO_LARGE`, `INPUT_INVALID` for a body that is no text; it has been logged.
 */
export async function enterCall(
  host: Host,
  { request, response, requestId, procedure, bodyOfReads }: HttpCall,
  url?: string,
): Promise<EnteredCall | undefined> {
  const startedAt = performance.now();
  const authentication = await host.authenticate(bearerToken(request.headers.authorization));
  const address = clientAddress(request, host.config.trustedProxies);
  const origin = { authentication, address };
  const caller = { key: callerKeyOf(origin), address };
  const failed: EnteredCall['failed'] = (error, path) => {
    const ms = performance.now() - startedAt;
    logFailure(host, { error, requestId, procedure: path, ms, caller });
    countElsewhere(host, error, path);
  };
  const counter = callLimit(host.rateLimits, origin, allowance => sendAllowance(response, allowance));
  let limit: CallContext['limit'];
  // Answers wait for their reader no longer, and in no greater number, than what is sent over a WebSocket.
  const handle = outletOf(host, response);
  let body: TakenBody | undefined;
  try {
    if (counter) limit = await countRequest(counter, { procedure, url });
    body = bodyOfReads || !isRead(request) ? await takeBody(host, { request, response, origin }) : {};
  } catch (error) {
    if (error instanceof RollcallError) {
      failed(new TRPCError({ code: ERROR_CODES[error.code].trpc, cause: error }), procedure);
    }
    throw error;
  }
  if (!body) return undefined;
  const { directory, signGuestToken, budgets, overview, instruments } = host;
  const shared = { directory, signGuestToken, budgets, overview, instruments };
  const idempotency = idempotencyOf(request, response, () => askedCalls({ procedure, url }, 2).names.length);
  const context = {
    ...shared,
    requestId,
    address,
    authentication,
    ...(limit && { limit }),
    ...(idempotency && { idempotency }),
  };
  const openStream = async (): Promise<CallContext> => {
    const admission = await admit(host, origin, { handle, requestId });
    const { connection } = admission;
    if (!connection) return { ...context, authentication: admission.authentication };
    if (response.closed) host.connections.end(connection);
    else response.once('close', () => host.connections.end(connection));
    return { ...context, connection };
  };
  return { context, body, handle, openStream, failed };
}

/** The key of a request, as it was sent; its answer says whether it is a repeated one. */
function idempotencyOf(
  { headers }: IncomingMessage,
  response: ServerResponse,
  countCalls: () => number,
): CallContext['idempotency'] {
  const sent = headers['idempotency-key'];
  if (sent === undefined) return undefined;
  // A header that is sent twice is no key.
  const key = Array.isArray(sent) ? sent.join(', ') : sent;
  const repeated = () => {
    if (!response.headersSent) response.setHeader('idempotency-replayed', 'true');
  };
  return { key, calls: countCalls(), repeated };
}

/** The text of a request; none of one that has no body. */
interface TakenBody {
  text?: string;
}

/**
 * Reads the body, which is given back when the response is over.
 * @returns undefined when there is nobody left to answer.
 * @throws RollcallError `PAYLOAD_TOO_LARGE`, `RATE_LIMITED` when the caller has too much under way, `INPUT_INVALID` for a body that
 * is no text.
 */
async function takeBody(
  host: Host,
  { request, response, origin }: Pick<HttpCall, 'request' | 'response'> & { origin: Origin },
): Promise<TakenBody | undefined> {
  if (isRead(request) && !hasBody(request)) return {};
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

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
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
