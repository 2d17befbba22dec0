import type { IncomingMessage, ServerResponse } from 'node:http';
import { ERROR_CODES, RollcallError } from '@rollcall/protocol';
import { appRouter, type CallContext, kindOfProcedure } from '@rollcall/router';
import { callTRPCProcedure, getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import type { Host } from '../../host.js';
import type { ConnectionHandle } from '../../live/connections.js';
import { callerGone } from '../caller-gone.js';
import { type EnteredCall, enterCall } from '../enter-call.js';
import { UnreadableForm } from '../read-body.js';
import { decodeInput } from './decode-input.js';
import { type Match, matchRoute } from './match-route.js';
import { answerProblem, problemOf } from './problem.js';
import type { Route } from './route.js';
import { type ApiAnswer, shapeAnswer } from './shape-answer.js';
import { serveStream } from './stream-answer.js';

/** A request below `/api`. */
export interface ApiRequest {
  request: IncomingMessage;
  response: ServerResponse;
  /** As it was sent, without the query. */
  path: string;
  requestId: string;
}

/** A request that has come in. */
interface CallUnderWay {
  exchange: ApiRequest;
  entered: EnteredCall;
}

/** The input of a call, decoded when its procedure asks for it. */
type ReadInput = () => unknown;

/**
 * Answers one request of the HTTP API. It finds the row, decodes the input, calls the procedure through the door through which
 * all calls come, and sends the answer without the envelope of tRPC. It has no rule of its own.
 */
export async function handleApi(host: Host, exchange: ApiRequest): Promise<void> {
  const { request, response, path, requestId } = exchange;
  const match = matchRoute(request.method ?? '', path.slice('/api'.length));
  const route = match && 'route' in match ? match.route : undefined;
  if (match && 'allow' in match && request.method === 'OPTIONS') {
    response.writeHead(204, { allow: match.allow.join(', ') }).end();
    return;
  }
  try {
    const entered = await enterCall(host, {
      request,
      response,
      requestId,
      procedure: route?.procedure ?? '',
      bodyOfReads: true,
    });
    if (!entered) return;
    if (!match || !('route' in match)) return refuse(match, { exchange, entered });
    await answerRoute(match, { exchange, entered });
  } catch (error) {
    if (!(error instanceof RollcallError)) throw error;
    const status = statusFor(error, request.headers);
    answerProblem(response, problemOf(error, { requestId, ...(status && { status }) }));
  }
}

/** Says that nothing is at a path, or that what is there takes other methods. */
function refuse(match: { allow: string[] } | undefined, { exchange, entered }: CallUnderWay): void {
  const { request, response, requestId } = exchange;
  const allow = match?.allow.join(', ');
  if (allow !== undefined) response.setHeader('allow', allow);
  const error =
    allow === undefined
      ? new RollcallError('NOT_FOUND', 'no call has this path; /openapi.json lists all of them')
      : new RollcallError('INPUT_INVALID', `${request.method} means nothing at this path; it takes ${allow}`);
  entered.failed(new TRPCError({ code: ERROR_CODES[error.code].trpc, cause: error }), undefined);
  answerProblem(response, problemOf(error, { requestId, ...(match && { status: 405 }) }));
}

async function answerRoute(
  { route, fields }: Extract<Match, { route: Route }>,
  { exchange, entered }: CallUnderWay,
): Promise<void> {
  const { request, response, path, requestId } = exchange;
  const isStream = kindOfProcedure(route.procedure)?.type === 'subscription';
  if (isStream && request.method === 'HEAD') {
    return refuse({ allow: ['GET', 'OPTIONS'] }, { exchange, entered });
  }
  const query = queryOf(request.url);
  const { headers } = request;
  const input: ReadInput = () =>
    decodeInput(route, {
      fields,
      query,
      body: entered.body.text,
      contentType: headers['content-type'],
      ifMatch: headers['if-match'],
      ifNoneMatch: headers['if-none-match'],
      lastEventId: one(headers['last-event-id']),
    });
  const gone = callerGone(request, response);
  try {
    if (isStream) {
      const context = await entered.openStream();
      const items = await call({ route, context, input, signal: gone });
      return await serveStream(items, { response, signal: gone, requestId });
    }
    const answer = await call({ route, context: entered.context, input, signal: gone });
    sendAnswer(exchange, shapeAnswer(route, answer, { fields, path, query }), entered.handle);
  } catch (cause) {
    const error = getTRPCErrorFromUnknown(cause);
    entered.failed(error, route.procedure);
    const status = statusFor(error.cause, headers);
    answerProblem(response, problemOf(error, { requestId, ...(status && { status }) }));
  }
}

/**
 * Calls the procedure of a row, as plain calls of tRPC do. The input is decoded when the call has been counted and let in. A
 * procedure that takes none asks for none: then what the request says is looked at afterwards. All of these only read.
 */
async function call(called: {
  route: Route;
  context: CallContext;
  input: ReadInput;
  signal: AbortSignal;
}): Promise<unknown> {
  const { route, context, input, signal } = called;
  const { procedure: path } = route;
  const type = kindOfProcedure(path)?.type ?? 'query';
  let isDecoded = false;
  const getRawInput = async () => {
    isDecoded = true;
    return input();
  };
  const asked = { router: appRouter, path, type, ctx: context, signal, batchIndex: 0, getRawInput };
  const answer = await callTRPCProcedure(asked);
  if (!isDecoded) input();
  return answer;
}

/** The statuses of errors that HTTP has a more exact one for than our table of codes. */
function statusFor(cause: unknown, headers: IncomingMessage['headers']): number | undefined {
  if (cause instanceof UnreadableForm) return 415;
  const isConflict = cause instanceof RollcallError && cause.code === 'REVISION_CONFLICT';
  const isConditional = headers['if-match'] !== undefined || headers['if-none-match'] !== undefined;
  return isConflict && isConditional ? 412 : undefined;
}

function sendAnswer(
  { request, response }: ApiRequest,
  { status, body, headers }: ApiAnswer,
  { outlet }: ConnectionHandle,
): void {
  if (response.destroyed) return;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === undefined) {
    response.writeHead(status).end();
    return;
  }
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
  outlet.sent();
}

/** What stands behind the `?`. What follows a # belongs to no query. */
function queryOf(url: string | undefined): string {
  return url?.split('#', 1)[0]?.split('?').slice(1).join('?') ?? '';
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
