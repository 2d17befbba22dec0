/**
 * The browser's own WebSocket class. It is looked up at each use, so that the package can be imported where there is
 * none.
 */
export function webSocketClass(): typeof WebSocket | undefined {
  return globalThis.WebSocket;
}
