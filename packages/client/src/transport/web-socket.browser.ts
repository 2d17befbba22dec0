/** The browser's own WebSocket class. Asked for at use, so that the package can be imported where there is none. */
export function webSocketClass(): typeof WebSocket | undefined {
  return globalThis.WebSocket;
}
