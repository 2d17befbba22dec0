import type { AppRouter } from '@rollcall/router';
import { createTRPCClient, splitLink, type TRPCClient } from '@trpc/client';
import type { TokenSource } from '../access/token-source.js';
import { optional } from '../check/kind.js';
import { callback, flag, oneOf, text, whole } from '../check/kinds.js';
import type { ShapeOf } from '../check/shape.js';
import { listenerErrors } from '../subscription.js';
import { freshTokenLink, httpLinks } from './call-links.js';
import { ObservableConnection } from './connection-state.js';
import type { LiveSource, Observer } from './live-source.js';
import { rateLimitLink } from './rate-limit-link.js';
import { serverUrls } from './server-url.js';
import { SubscriptionTransport, type TransportChoice } from './subscription-transport.js';
import { timeLimitLink } from './time-limit-link.js';

/** What `createClient` takes. */
export interface ClientOptions {
  /** The address of the server, such as `https://users.example.com`. */
  url: string;
  /**
   * How events arrive. `auto`, the default, uses WebSocket, and Server-Sent Events when two attempts at a first
   * WebSocket have failed. `ws` and `sse` use only that one.
   */
  transport?: TransportChoice;
  /** How long the token provider may take. After that the attempt has failed, and is repeated later. Default: 10,000. */
  tokenTimeoutMs?: number;
  /** How long the server may take to answer a call. Default: 60,000. */
  callTimeoutMs?: number;
  /**
   * Whether a call that meets `RATE_LIMITED` waits for as long as the server says, and is then repeated, once. Default:
   * true.
   */
  waitsForRateLimit?: boolean;
  /**
   * Receives what handlers and listeners of the application throw, or what their promises are rejected with. Default:
   * it goes to `console.error`. The client goes on either way.
   */
  onError?(error: unknown): void;
}

/** The rows of the options of every client. */
export const CLIENT_OPTIONS: ShapeOf<ClientOptions> = {
  url: text,
  transport: optional(oneOf(['auto', 'ws', 'sse'])),
  tokenTimeoutMs: optional(whole(1)),
  callTimeoutMs: optional(whole(1)),
  waitsForRateLimit: optional(flag),
  onError: optional(callback),
};

const CALL_TIMEOUT_MS = 60_000;

/** The raw typed tRPC client: every procedure of the server, with nothing added. Its errors are `TRPCClientError`s. */
export type Api = TRPCClient<AppRouter>;

/**
 * What carries the calls and the subscriptions of a client: calls over HTTP, subscriptions over its live connection.
 */
export interface Transport {
  api: Api;
  live: LiveSource;
  connection: ObservableConnection;
  /** Closes the live connection. The next subscription opens one again. */
  close(): void;
}

/**
 * Makes the transport of a client. It opens nothing before its first use.
 * @throws RollcallError `INPUT_INVALID` for an invalid address.
 */
export function createTransport(options: ClientOptions & { tokens: () => TokenSource }): Transport {
  const { tokens, transport: choice = 'auto', callTimeoutMs = CALL_TIMEOUT_MS } = options;
  const urls = serverUrls(options.url);
  const connection = new ObservableConnection(listenerErrors(options.onError));
  const subscriptions = new SubscriptionTransport({ urls, choice, tokens, connection });
  const api = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: op => op.type === 'subscription',
        true: subscriptions.link,
        false: [
          ...((options.waitsForRateLimit ?? true) ? [rateLimitLink(connection)] : []),
          freshTokenLink(tokens),
          timeLimitLink(callTimeoutMs),
          httpLinks(urls.http),
        ],
      }),
    ],
  });
  const live: LiveSource = {
    events: (input, observer) => api.live.events.subscribe(input, observer as Observer<unknown>),
    ephemeral: observer => api.live.ephemeral.subscribe(undefined, observer),
    presence: (input, observer) => api.live.presence.subscribe(input, observer),
    task: (input, observer) => api.live.task.subscribe(input, observer),
    renewToken: code => {
      const renews = tokens().renews(code);
      if (renews) subscriptions.renewToken();
      return renews;
    },
    hold: () => subscriptions.hold(),
    wait: (subscription, error) => connection.wait(subscription, error),
  };
  return { api, live, connection, close: () => subscriptions.close() };
}
