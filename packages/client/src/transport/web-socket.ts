import { WebSocket as NodeWebSocket } from 'ws';

/**
 * The WebSocket class of Node. Node 20 has none of its own, so the build for Node takes the one of `ws`; a browser gets
 * `web-socket.browser.ts` in this place, by the package's `imports`, and never sees `ws`.
 */
export function webSocketClass(): typeof WebSocket | undefined {
  return NodeWebSocket as unknown as typeof WebSocket;
}
