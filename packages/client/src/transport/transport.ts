import type { AppRouter } from '@rollcall/router';
import { createTRPCClient, splitLink, type TRPCClient } from '@trpc/client';
import type { TokenSource } from '../access/token-source.js';
import { freshTokenLink, httpLinks } from './call-links.js';
import { ObservableConnection } from './connection-state.js';
import type { LiveSource, PositionedPage } from './live-source.js';
import { serverUrls } from './server-url.js';
import { LiveConnection, type TransportChoice } from './subscription-transport.js';

/** The raw typed tRPC client: every procedure of the server, with nothing added. Its errors are `TRPCClientError`s. */
export type Api = TRPCClient<AppRouter>;

/** The way to a server: calls over HTTP, subscriptions over the live connection. */
export interface Transport {
  api: Api;
  live: LiveSource;
  connection: ObservableConnection;
  /** Closes the live connection; the next subscription opens one again. */
  close(): void;
}

/** Makes the way to a server. Nothing is opened before it is used. */
export function createTransport(options: {
  url: string;
  transport?: TransportChoice;
  tokens: () => TokenSource;
}): Transport {
  const { tokens, transport = 'auto' } = options;
  const urls = serverUrls(options.url);
  const connection = new ObservableConnection();
  const liveConnection = new LiveConnection({ urls, transport, tokens, connection });
  const api = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: op => op.type === 'subscription',
        true: liveConnection.link,
        false: [freshTokenLink(tokens), httpLinks(urls.http)],
      }),
    ],
  });
  const live: LiveSource = {
    events: (input, observer) =>
      api.live.events.subscribe(input, {
        ...observer,
        onData: page => observer.onData(page as PositionedPage),
      }),
    ephemeral: observer => api.live.ephemeral.subscribe(undefined, observer),
    presence: (input, observer) => api.live.presence.subscribe(input, observer),
    task: (input, observer) => api.live.task.subscribe(input, observer),
    renewToken: code => {
      const renews = tokens().renews(code);
      if (renews) liveConnection.renewToken();
      return renews;
    },
    hold: () => liveConnection.hold(),
  };
  return { api, live, connection, close: () => liveConnection.close() };
}

/** What `createClient` takes. */
export interface ClientOptions {
  /** The address of the server, such as `https://users.example.com`. */
  url: string;
  /**
   * How events come. `auto`, the default, takes WebSocket, and Server-Sent Events where two attempts at a first
   * WebSocket have failed. `ws` and `sse` take one of them only.
   */
  transport?: TransportChoice;
}
