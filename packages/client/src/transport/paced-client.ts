import { RollcallError } from '@rollcall/protocol';
import { createWSClient, type TRPCWebSocketClient } from '@trpc/client';
import { webSocketClass } from '#web-socket';

/** Long enough for a phone that wakes up, short enough to notice a dead line within a minute. */
const KEEP_ALIVE = { enabled: true, intervalMs: 25_000, pongTimeoutMs: 10_000 };

/** What a paced client needs. */
export interface PacedClientOptions {
  url: string;
  /** Lets each attempt begin. */
  permit: Permit;
  /** The token for the next socket. It goes into the first message, never into the URL. */
  token(): string;
  onAttempt(): void;
  onOpen(): void;
  /** A socket was closed, or did not come into being; then there is no close code. */
  onLost(code: number | undefined, reason: string): void;
}

/**
 * tRPC's WebSocket client, but one that opens a socket only with a permit. tRPC reconnects by itself and without a
 * wait. It asks for the address before each attempt, and here it gets the address when the permit is granted.
 * @throws RollcallError `UNAVAILABLE` where there is no WebSocket.
 */
export function pacedClient(options: PacedClientOptions): TRPCWebSocketClient {
  const WebSocketClass = webSocketClass();
  if (!WebSocketClass) {
    throw new RollcallError('UNAVAILABLE', 'there is no WebSocket here: use the transport "sse"', {
      unrecoverable: true,
    });
  }
  return createWSClient({
    WebSocket: oneCallPerMessage(WebSocketClass),
    url: async () => {
      await options.permit.taken();
      options.onAttempt();
      return options.url;
    },
    connectionParams: async () => ({ token: options.token() }),
    keepAlive: KEEP_ALIVE,
    retryDelayMs: () => {
      // An attempt may never become a socket, for instance at an address that the browser forbids. Then nothing closes.
      options.onLost(undefined, '');
      return 0;
    },
    onOpen: options.onOpen,
    onClose: event =>
      options.onLost(event?.code, String((event as { reason?: unknown } | undefined)?.reason ?? '')),
  });
}

/** Permits one attempt at a time. An attempt waits here until it may begin. */
export class Permit {
  #granted = false;
  #refusal: Error | undefined;
  readonly #waiting = new Set<() => void>();

  /** Resolves when an attempt may begin, and uses up the permit. Rejects after `refuse`. */
  async taken(): Promise<void> {
    while (!this.#granted) {
      if (this.#refusal) throw this.#refusal;
      await new Promise<void>(resolve => this.#waiting.add(resolve));
    }
    this.#granted = false;
  }

  grant(): void {
    this.#granted = true;
    this.#wake();
  }

  /** Takes back a permit that no attempt has used. */
  revoke(): void {
    this.#granted = false;
  }

  /** Ends all attempts: there will be no permit any more. */
  refuse(error: Error): void {
    this.#granted = false;
    this.#refusal = error;
    this.#wake();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

/**
 * A WebSocket class that sends every call in a message of its own. tRPC puts the calls of one moment into one message,
 * and after a reconnect all subscriptions. But servers limit the calls and the bytes of a message: they would refuse
 * together what they accept one by one.
 */
export function oneCallPerMessage(Base: typeof WebSocket): typeof WebSocket {
  return class extends Base {
    override send(data: Parameters<WebSocket['send']>[0]): void {
      if (typeof data !== 'string' || !data.startsWith('[')) super.send(data);
      else for (const call of JSON.parse(data) as unknown[]) super.send(JSON.stringify(call));
    }
  };
}
