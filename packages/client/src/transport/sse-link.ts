import { RollcallError } from '@rollcall/protocol';
import type { AppRouter } from '@rollcall/router';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { withinTime } from '../within-time.js';
import { OPEN_TIMEOUT_MS } from './reconnect.js';

/** The input of an SSE subscription is part of its URL, and servers refuse longer request lines. */
const MAX_URL_LENGTH = 12_000;

/** What a subscription over SSE needs. */
export interface SseOptions {
  /** The address of tRPC over HTTP. */
  url: string;
  /** The token for a new stream. It goes into a header, never into the URL. */
  token(): Promise<string>;
  /** Called when the server has accepted a stream. */
  onOpen(): void;
  /** Called when a stream that was accepted has ended, for whatever reason. */
  onClose(): void;
  /** Called when a stream could not be opened, or broke. `token` is the one that it had. */
  onBroken(error: unknown, token: string): void;
}

/**
 * Carries subscriptions over Server-Sent Events. It reads them with `fetch`, because an `EventSource` cannot send
 * headers. A stream that breaks ends with an error: `LiveSubscription` resumes it, after the same waits as over
 * WebSocket.
 */
export function sseLink(options: SseOptions): TRPCLink<AppRouter> {
  return () =>
    ({ op }) =>
      observable(observer => {
        const abort = new AbortController();
        let open = false;
        let token = '';
        let stopped = false;
        let openTimer: ReturnType<typeof setTimeout> | undefined;
        const stop = () => {
          stopped = true;
          clearTimeout(openTimer);
          abort.abort();
          if (open) options.onClose();
          open = false;
        };
        const receive = (message: SseMessage): 'end' | undefined => {
          if (message.event === 'connected') {
            open = true;
            clearTimeout(openTimer);
            options.onOpen();
            observer.next({ result: { type: 'started' } });
          } else if (message.event === 'message') {
            const data = JSON.parse(message.data);
            const { id } = message;
            observer.next({ result: id === undefined ? { type: 'data', data } : { id, data: { id, data } } });
          } else if (message.event === 'serialized-error') {
            throw TRPCClientError.from({ error: JSON.parse(message.data) });
          } else if (message.event === 'return') return 'end';
          return undefined;
        };
        const url = `${options.url}/${op.path}?input=${encodeURIComponent(JSON.stringify(op.input ?? {}))}`;
        const fail = (error: Error) => {
          if (stopped) return;
          stop();
          options.onBroken(error, token);
          observer.error(TRPCClientError.from(error));
        };
        const read = async () => {
          token = await options.token();
          if (stopped) return;
          // A server or a proxy can take the request and say nothing for ever.
          openTimer = setTimeout(() => fail(silentFor(OPEN_TIMEOUT_MS)), OPEN_TIMEOUT_MS);
          await readStream({ url, token, signal: abort.signal }, receive);
        };
        read().then(() => {
          stop();
          observer.complete();
        }, fail);
        return stop;
      });
}

async function readStream(
  { url, token, signal }: { url: string; token: string; signal: AbortSignal },
  receive: (message: SseMessage) => 'end' | undefined,
): Promise<void> {
  if (url.length > MAX_URL_LENGTH) {
    const message = `over SSE a subscription must fit into a URL of ${MAX_URL_LENGTH} characters; this one takes ${url.length}: watch fewer users, or use WebSocket`;
    throw new RollcallError('PAYLOAD_TOO_LARGE', message);
  }
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
  const response = await fetch(url, { headers, signal });
  if (!response.ok) throw TRPCClientError.from((await response.json()) as Error);
  if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
    throw new Error('the answer is not an event stream');
  }
  const parser = new SseParser();
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let inactivityMs: number | undefined;
  for (;;) {
    const { done, value } = await next(reader.read(), inactivityMs);
    if (done) throw new Error('the event stream broke off');
    for (const message of parser.push(decoder.decode(value, { stream: true }))) {
      // The server says how long it is silent at most. A stream that is silent for longer is dead, whatever TCP says.
      if (message.event === 'connected') inactivityMs = JSON.parse(message.data).reconnectAfterInactivityMs;
      if (receive(message) === 'end') return;
    }
  }
}

/** Waits for what comes next. A server says how long it is silent at most. */
function next<Value>(promise: Promise<Value>, inactivityMs: number | undefined): Promise<Value> {
  if (!inactivityMs) return promise;
  return withinTime(promise, inactivityMs, () => silentFor(inactivityMs));
}

function silentFor(ms: number): Error {
  return new Error(`the event stream was silent for ${ms} ms`);
}

/** One message of an event stream (HTML Standard, section 9.2). */
export interface SseMessage {
  event: string;
  data: string;
  id?: string;
}

/**
 * Cuts the text of an event stream into messages. The text may arrive in any pieces. A message counts only when an
 * empty line has ended it. Comments are dropped, and so are fields that the client does not use (`retry`).
 */
export class SseParser {
  #rest = '';
  #event = '';
  #id: string | undefined;
  #data: string[] = [];

  push(text: string): SseMessage[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    const messages: SseMessage[] = [];
    for (const line of lines) {
      if (line !== '') this.#field(line);
      else if (this.#event !== '' || this.#data.length > 0) messages.push(this.#take());
    }
    return messages;
  }

  #field(line: string): void {
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.#event = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id') this.#id = value;
  }

  #take(): SseMessage {
    const message = {
      event: this.#event || 'message',
      data: this.#data.join('\n'),
      ...(this.#id && { id: this.#id }),
    };
    this.#event = '';
    this.#id = undefined;
    this.#data = [];
    return message;
  }
}
