import { WebSocket as NodeWebSocket } from 'ws';

/**
 * The WebSocket class for Node. Node 20 has none of its own, so the build for Node uses `ws`. A browser never loads
 * `ws`: the `imports` of the package give it `web-socket.browser.ts` instead.
 */
export function webSocketClass(): typeof WebSocket | undefined {
  return NodeWebSocket as unknown as typeof WebSocket;
}
