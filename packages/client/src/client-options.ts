import type { Transport } from './transport/subscription-transport.js';

/** What `createClient` takes. */
export interface ClientOptions {
  /** The address of the server, such as `https://users.example.com`. */
  url: string;
  /**
   * How events come. `auto`, the default, takes WebSocket, and Server-Sent Events where two attempts at a first
   * WebSocket have failed. `ws` and `sse` take one of them only.
   */
  transport?: Transport;
}
