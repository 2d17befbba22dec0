import type { IncomingMessage } from 'node:http';
import { appRouter, type CallContext, kindOfProcedure } from '@rollcall/router';
import { callTRPCProcedure, getTRPCErrorFromUnknown, getTRPCErrorShape, TRPCError } from '@trpc/server';
import { getHTTPStatusCode } from '@trpc/server/http';
import type { TRPCResponse } from '@trpc/server/rpc';
import { type AskedCalls, askedCalls } from './asked-calls.js';
import { parseSaid } from './held-json.js';
import { MAX_CALLS_PER_BATCH } from './rate-limits.js';

/** Calls with JSON, of queries or of mutations, that exist and are answered in one piece. */
export interface PlainCalls extends AskedCalls {
  type: 'query' | 'mutation';
}

/** What a request with plain calls is answered with. */
export interface PlainAnswer {
  status: number;
  body: string;
  /** What is wrong with its calls. */
  errors: TRPCError[];
}

/**
 * Recognises a request of plain calls, which nearly all requests are. tRPC's adapter for Node makes a web `Request`, a web
 * `Response`, streams for both and several signals for each request, which takes longer than most calls do. Plain calls need
 * none of them. They are answered by the same procedures with the same bytes, and `plain-calls.test.ts` compares the two.
 * @returns undefined for any other request, and for one that is wrong before a procedure is called: tRPC's adapter
 * answers it.
 */
export function plainCallsIn(request: IncomingMessage, procedure: string): PlainCalls | undefined {
  const { method, url, headers } = request;
  if (!hasJson(request) || asksForStream(headers) || !URL.canParse(`http://${headers.host ?? 'localhost'}`)) {
    return undefined;
  }
  const asked = askedCalls({ procedure, url }, MAX_CALLS_PER_BATCH + 1);
  const { names, query } = asked;
  if (names.length > MAX_CALLS_PER_BATCH || query.has('connectionParams')) return undefined;
  const type = kindOfProcedure(names[0] ?? '')?.type;
  if (type !== 'mutation' && type !== 'query') return undefined;
  if (type === 'mutation' && method !== 'POST') return undefined;
  return names.every(name => kindOfProcedure(name)?.type === type) ? { ...asked, type } : undefined;
}

function hasJson({ method, headers }: IncomingMessage): boolean {
  const contentType = headers['content-type'];
  if (method === 'GET' && contentType === undefined) return true;
  if (method !== 'GET' && method !== 'POST') return false;
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'application/json';
}

/** Whether the answers of a batch shall come one by one. */
function asksForStream({ accept, 'trpc-accept': trpcAccept }: IncomingMessage['headers']): boolean {
  return trpcAccept !== undefined || accept?.includes('application/jsonl') === true;
}

/**
 * Calls the procedures, all at once, and puts their answer together.
 * @param body the text of the request; undefined for a GET, which has its input in the URL.
 * @param call `failed` hears of each error at once.
 */
export async function answerPlainCalls(
  { names, type, isBatch, query }: PlainCalls,
  body: string | undefined,
  call: { context: CallContext; signal: AbortSignal; failed(error: TRPCError, path: string): void },
): Promise<PlainAnswer> {
  const { context: ctx, signal, failed } = call;
  const inputs = new Inputs(body === undefined ? query.get('input') : withoutMark(body), isBatch);
  const errors: TRPCError[] = [];
  const answerTo = async (path: string, batchIndex: number): Promise<TRPCResponse> => {
    const getRawInput = async () => inputs.of(batchIndex);
    try {
      const asked = { router: appRouter, path, type, ctx, signal, batchIndex, getRawInput };
      return { result: { data: await callTRPCProcedure(asked) } };
    } catch (cause) {
      const error = getTRPCErrorFromUnknown(cause);
      errors.push(error);
      failed(error, path);
      const { _config: config } = appRouter._def;
      const shape = getTRPCErrorShape({ config, error, type, path, input: inputs.known(batchIndex), ctx });
      return { error: shape };
    }
  };
  const answers = await Promise.all(names.map(answerTo));
  const answer = isBatch ? answers : (answers[0] as TRPCResponse);
  return { status: getHTTPStatusCode(answer), body: JSON.stringify(answer), errors };
}

/** Decoding a body, as the web does it, takes a byte order mark away. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/**
 * The inputs of the calls of one request. They are parsed when the first procedure asks for its own, so that calls which are
 * refused before that cost no parsing. Nothing transforms them: the router has no data transformer.
 */
class Inputs {
  readonly #text: string | null;
  readonly #isBatch: boolean;
  #parsed: Readonly<Record<number, unknown>> | undefined;
  #error: TRPCError | undefined;

  constructor(text: string | null, isBatch: boolean) {
    this.#text = text;
    this.#isBatch = isBatch;
  }

  /** @throws TRPCError `BAD_REQUEST` when the inputs cannot be read: the same one for every call. */
  of(index: number): unknown {
    if (this.#error) throw this.#error;
    try {
      this.#parsed ??= this.#parse();
      return this.#parsed[index];
    } catch (cause) {
      this.#error = unreadable(cause);
      throw this.#error;
    }
  }

  /** The input of a call as far as anybody has asked for it. */
  known(index: number): unknown {
    return this.#parsed?.[index];
  }

  #parse(): Readonly<Record<number, unknown>> {
    if (!this.#text) return {};
    const parsed = parseSaid(this.#text) as Readonly<Record<number, unknown>> | unknown[] | null;
    if (!this.#isBatch) return [parsed];
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
    throw new Error('"input" needs to be an object when doing a batch call');
  }
}

function unreadable(cause: unknown): TRPCError {
  return new TRPCError({ code: 'BAD_REQUEST', message: (cause as Error).message, cause });
}
