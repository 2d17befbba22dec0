import { LIMITS, RollcallError } from '@rollcall/protocol';
import { hasMoreValues } from './json-values.js';

/** tRPC answers each request of an array that is too long; one that is longer than this is not a mistake in counting. */
const MAX_ANSWERED = 100;

/** A request that has no input needs no more. */
const MAX_BYTES_WITHOUT_INPUT = 64 * 1024;

/** What a message of a connection may be. */
export interface MessageLimits {
  /** Values in it; absent: as many as fit. */
  maxValues?: number;
}

/** How many bytes came with an input. */
const bytesWithInput = new WeakMap<object, number>();

/** How many bytes of a message came for an input: all of it for one request, an equal part for each of several. */
export function bytesOfInput(input: unknown): number {
  return typeof input === 'object' && input !== null ? (bytesWithInput.get(input) ?? 0) : 0;
}

/**
 * Reads a message of a WebSocket, once it is known to cost little: what a request makes the server keep, repeat and answer
 * is bounded before anything is made of it.
 * @throws RollcallError `PAYLOAD_TOO_LARGE` for more values or more requests than one message may have: the connection is
 * to be closed; `INPUT_INVALID` for a request of a form that no procedure takes.
 */
export function decodeMessage(
  data: string | ArrayBuffer | Uint8Array,
  { maxValues }: MessageLimits = {},
): unknown {
  const text = String(data);
  if (maxValues !== undefined && hasMoreValues(text, maxValues)) {
    throw new RollcallError('PAYLOAD_TOO_LARGE', `a message has at most ${maxValues} values`);
  }
  const message: unknown = JSON.parse(text);
  const requests = Array.isArray(message) ? message : [message];
  if (requests.length > MAX_ANSWERED) {
    throw new RollcallError('PAYLOAD_TOO_LARGE', `a message has at most ${MAX_ANSWERED} requests`);
  }
  const bytes = Math.ceil(text.length / Math.max(1, requests.length));
  for (const request of requests) checkRequest((request ?? {}) as SentRequest, bytes);
  return message;
}

interface SentRequest {
  id?: unknown;
  method?: unknown;
  params?: { input?: unknown; lastEventId?: unknown } | null;
}

function checkRequest({ id, method, params }: SentRequest, bytes: number): void {
  // The server repeats it in every answer and event.
  if (typeof id === 'string' && id.length > LIMITS.requestIdLength) {
    throw refusal('id', `has at most ${LIMITS.requestIdLength} characters`);
  }
  const { input, lastEventId } = params ?? {};
  if (lastEventId !== undefined && method !== 'subscription')
    throw refusal('lastEventId', 'belongs to a subscription');
  if (typeof input === 'object' && input !== null) bytesWithInput.set(input, bytes);
  else if (bytes > MAX_BYTES_WITHOUT_INPUT) throw refusal('input', 'must be an object');
}

function refusal(field: string, rule: string): RollcallError {
  return new RollcallError('INPUT_INVALID', `${field}: ${rule}`, { field });
}
