import type { AppRouter } from '@rollcall/router';
import { createTRPCClient, splitLink, type TRPCClient } from '@trpc/client';
import type { TokenSource } from '../access/token-source.js';
import { freshTokenLink, httpLinks } from './call-links.js';
import { ObservableConnection } from './connection-state.js';
import type { LiveSource, Observer } from './live-source.js';
import { serverUrls } from './server-url.js';
import { SubscriptionTransport, type TransportChoice } from './subscription-transport.js';

/** What `createClient` takes. */
export interface ClientOptions {
  /** The address of the server, such as `https://users.example.com`. */
  url: string;
  /**
   * How events arrive. `auto`, the default, uses WebSocket, and Server-Sent Events when two attempts at a first
   * WebSocket have failed. `ws` and `sse` use only that one.
   */
  transport?: TransportChoice;
}

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
  const { tokens, transport: choice = 'auto' } = options;
  const urls = serverUrls(options.url);
  const connection = new ObservableConnection();
  const subscriptions = new SubscriptionTransport({ urls, choice, tokens, connection });
  const api = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: op => op.type === 'subscription',
        true: subscriptions.link,
        false: [freshTokenLink(tokens), httpLinks(urls.http)],
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
  };
  return { api, live, connection, close: () => subscriptions.close() };
}
