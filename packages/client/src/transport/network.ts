/** What the browser says about its network. Where nobody says anything, as in Node, there is one. */
export interface Network {
  addEventListener(type: 'online' | 'offline', listener: () => void): void;
  removeEventListener(type: 'online' | 'offline', listener: () => void): void;
  navigator?: { onLine?: boolean };
}

/**
 * Calls a listener when the network comes or goes, and at once where there is none.
 * @returns stops it.
 */
export function listenToNetwork(
  listener: (event: 'online' | 'offline') => void,
  network: Partial<Network> = globalThis as Partial<Network>,
): () => void {
  const online = () => listener('online');
  const offline = () => listener('offline');
  network.addEventListener?.('online', online);
  network.addEventListener?.('offline', offline);
  if (network.navigator?.onLine === false) offline();
  return () => {
    network.removeEventListener?.('online', online);
    network.removeEventListener?.('offline', offline);
  };
}
