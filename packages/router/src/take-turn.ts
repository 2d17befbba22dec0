import type { CallerConnection } from './context.js';
import type { EndTurn } from './outlet.js';

/**
 * Waits until a subscription may send its next item. Without a connection it may at once.
 * @returns what ends the turn; undefined when the signal aborted or the connection ended.
 */
export async function takeTurn(
  connection: CallerConnection | undefined,
  signal: AbortSignal,
): Promise<EndTurn | undefined> {
  if (connection) return connection.outlet.turn(signal);
  return signal.aborted ? undefined : () => undefined;
}
