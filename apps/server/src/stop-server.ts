import type { IncomingMessage, Server } from 'node:http';
import { Server as PortServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from './host.js';
import type { StopWatching } from './live/access-watcher.js';
import type { SocketHandler } from './live/socket-handler.js';
import type { MetricsListener } from './metrics/metrics-listener.js';
import { withTimeout } from './with-timeout.js';

/** How often idle connections are closed while calls finish. */
const LOOK_FOR_IDLE_MS = 50;

/** How long connections that were cut off may take to close. */
const CUT_OFF_MS = 500;

/** How long the storage may take for the last writes. Another process takes over a step of a task that takes longer. */
const STORAGE_MS = 10_000;

/** How a server shut down: `cut off` when something that had begun was not finished. */
export type ShutdownResult = 'in order' | 'cut off';

/**
 * Shuts a server down in the order that loses nothing that was acknowledged; see `RunningServer.close`. It never rejects.
 * Whatever hangs, it ends within the sum of `unreadyMs`, `drainMs`, `shutdownTimeoutMs` and ten seconds for the storage:
 * 22 s by default, less than the 30 s after which most supervisors kill a process.
 */
export async function stopServer({
  host,
  server,
  silent,
  sockets,
  stopWatching,
  metricsListener,
}: {
  host: Host;
  server: Server;
  silent: SilentConnections;
  sockets: SocketHandler;
  stopWatching: StopWatching;
  metricsListener: MetricsListener | undefined;
}): Promise<ShutdownResult> {
  const { config, directory, logger, connections } = host;
  logger.info({ connections: connections.size }, 'the server shuts down');
  let ending: ShutdownResult = 'in order';
  // Other processes go on with the tasks while this one still closes its connections.
  const working = directory.stopWork().catch((err: unknown) => {
    logger.error({ err }, 'work on tasks did not stop in order');
  });
  host.stage = 'leaving';
  if (config.unreadyMs > 0) await delay(config.unreadyMs);

  host.stage = 'draining';
  for (const response of host.responses) {
    if (!response.headersSent) response.setHeader('connection', 'close');
  }
  // HTTP's own `close` would end idle connections at once, even when a call is already on its way over one. During the
  // drain, each connection can still get an answer, which says that it is the last.
  const closed = new Promise<void>(resolve => PortServer.prototype.close.call(server, () => resolve()));
  sockets.closeUnadmitted();
  await Promise.all([connections.drain(config.drainMs), withTimeout(closed, config.drainMs)]);
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS);
  silent.destroySoon();

  if (!(await withTimeout(closed, config.shutdownTimeoutMs))) {
    const calls = unansweredCalls(host);
    if (calls > 0) ending = 'cut off';
    logger.warn({ calls }, 'running calls, and senders that had not finished, were cut off');
    sockets.terminate();
    server.closeAllConnections();
    await withTimeout(closed, CUT_OFF_MS);
  }
  clearInterval(idle);
  host.refusals.flush();

  const stored = (async () => {
    await stopWatching();
    await working;
    await directory.close();
  })().catch((err: unknown) => {
    ending = 'cut off';
    logger.error({ err }, 'the storage did not close in order');
  });
  if (!(await withTimeout(stored, STORAGE_MS))) {
    ending = 'cut off';
    const message = 'the storage did not answer in time: running tasks and presence were cut off';
    logger.error({ timeoutMs: STORAGE_MS }, `${message}; other processes take them over`);
  } else if (!(await directory.isWritable())) {
    ending = 'cut off';
    logger.error('the storage was unreachable: presence could not be written; other processes correct it');
  }
  await metricsListener?.close();
  host.metrics?.stop();
  logger.info({ ending }, 'the server has shut down');
  return ending;
}

/** The number of calls that have arrived completely and are not answered yet. */
function unansweredCalls({ responses, connections }: Host): number {
  const overHttp = [...responses].filter(({ req, writableEnded }) => req.complete && !writableEnded);
  return connections.all.reduce((sum, { calls }) => sum + calls, overHttp.length);
}

/** How long a new connection may take to send a request, even while the server shuts down. */
const GRACE_MS = 1000;

/**
 * The connections over which no request has come yet. Browsers and load balancers open some in advance. Node does not count
 * them as idle, so a shutdown would wait for them until its end.
 */
export class SilentConnections {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    const sockets = this.#sockets;
    function forget(this: Socket) {
      sockets.delete(this);
    }
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      // One over which another protocol was offered comes again.
      socket.off('close', forget).once('close', forget);
    });
    const hasSpoken = ({ socket }: IncomingMessage) => this.#sockets.delete(socket);
    server.on('request', hasSpoken).on('upgrade', hasSpoken);
  }

  /** Destroys the connections that are still silent after a moment. */
  destroySoon(): void {
    setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, GRACE_MS).unref();
  }
}
