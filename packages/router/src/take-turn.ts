import type { CallerConnection } from './context.js';
import type { EndTurn } from './outlet.js';
import { slices } from './slices.js';

/**
 * Waits until a subscription may make and send its next item: until there is room on its connection, and it is the turn of
 * its caller. Without a connection it may at once.
 * @returns what ends the turn; undefined when the signal aborted or the connection ended.
 */
export async function takeTurn(
  connection: CallerConnection | undefined,
  signal: AbortSignal,
): Promise<EndTurn | undefined> {
  if (!connection) return signal.aborted ? undefined : () => undefined;
  const endTurn = await connection.outlet.turn(signal);
  if (!endTurn) return undefined;
  await slices.turn(connection.caller);
  if (!signal.aborted && !connection.outlet.hasEnded) return endTurn;
  endTurn();
  return undefined;
}
