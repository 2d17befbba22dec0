import type { IncomingMessage, Server } from 'node:http';
import { Server as PortServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from './host.js';
import type { StopWatching } from './live/access-watcher.js';
import type { SocketHandler } from './live/socket-handler.js';
import { withTimeout } from './with-timeout.js';

/** While calls finish, connections that have become idle are closed this often. */
const LOOK_FOR_IDLE_MS = 50;

/** What was cut off gets so long to go away. */
const CUT_OFF_MS = 500;

/** So long the storage has to take what is not written yet. A step of a task that takes longer is taken over elsewhere. */
const STORAGE_MS = 10_000;

/** How a server ended: whether something that had begun was given up. */
export type ShutdownResult = 'in order' | 'cut off';

/**
 * Shuts a server down in the order that loses nothing that was acknowledged; see `RunningServer.close`. It never rejects,
 * and ends within `unreadyMs`, `drainMs`, `shutdownTimeoutMs` and ten seconds for the storage, whatever hangs: 22 s by
 * default, within the 30 s after which most supervisors kill.
 */
export async function stopServer({
  host,
  server,
  silent,
  sockets,
  stopWatching,
}: {
  host: Host;
  server: Server;
  silent: SilentConnections;
  sockets: SocketHandler;
  stopWatching: StopWatching;
}): Promise<ShutdownResult> {
  const { config, directory, logger, connections } = host;
  logger.info({ connections: connections.size }, 'the server shuts down');
  let ending: ShutdownResult = 'in order';
  // Other processes go on with its tasks while this one still says goodbye.
  const working = directory.stopWork().catch((err: unknown) => {
    logger.error({ err }, 'the work on tasks did not end in order');
  });
  host.stage = 'leaving';
  if (config.unreadyMs > 0) await delay(config.unreadyMs);

  host.stage = 'draining';
  for (const response of host.responses) {
    if (!response.headersSent) response.setHeader('connection', 'close');
  }
  // HTTP's own `close` would end idle connections at once, also one over which a call is on its way already. For the time
  // of the drain each may hear with an answer that it is the last.
  const closed = new Promise<void>(resolve => PortServer.prototype.close.call(server, () => resolve()));
  sockets.closeUnadmitted();
  await Promise.all([connections.drain(config.drainMs), withTimeout(closed, config.drainMs)]);
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS);
  silent.destroySoon();

  if (!(await withTimeout(closed, config.shutdownTimeoutMs))) {
    const calls = unansweredCalls(host);
    if (calls > 0) ending = 'cut off';
    logger.warn({ calls }, 'calls that still ran, and senders who had not finished, were cut off');
    sockets.terminate();
    server.closeAllConnections();
    await withTimeout(closed, CUT_OFF_MS);
  }
  clearInterval(idle);

  const stored = (async () => {
    await stopWatching();
    await working;
    await directory.close();
  })().catch((err: unknown) => {
    ending = 'cut off';
    logger.error({ err }, 'the storage was not closed in order');
  });
  if (!(await withTimeout(stored, STORAGE_MS))) {
    ending = 'cut off';
    const message = 'the storage did not answer in time: tasks under way, and who was online, were cut off';
    logger.error({ timeoutMs: STORAGE_MS }, `${message}; other processes take them over`);
  } else if (!(await directory.isWritable())) {
    ending = 'cut off';
    logger.error('the storage was away: who was online could not be written; other processes see to it');
  }
  logger.info({ ending }, 'the server has shut down');
  return ending;
}

/** Calls that had arrived in whole and are not answered yet. */
function unansweredCalls({ responses, connections }: Host): number {
  const overHttp = [...responses].filter(({ req, writableEnded }) => req.complete && !writableEnded);
  return connections.all.reduce((sum, { calls }) => sum + calls, overHttp.length);
}

/** Whoever has just connected gets so long for a request, also while the server shuts down. */
const GRACE_MS = 1000;

/**
 * The connections over which nothing has been asked yet. Browsers and load balancers open some in advance; Node does not
 * count them as idle, so that a shutdown would wait for them until the end.
 */
export class SilentConnections {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    const hasSpoken = ({ socket }: IncomingMessage) => this.#sockets.delete(socket);
    server.on('request', hasSpoken).on('upgrade', hasSpoken);
  }

  /** Ends those that stay silent for a moment longer. */
  destroySoon(): void {
    setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, GRACE_MS).unref();
  }
}
