import type { Server } from 'node:http';
import type { Host } from './host.js';
import type { StopWatching } from './shut-out.js';
import type { SocketHandler } from './socket-handler.js';

/** While calls finish, connections that have become idle are closed this often. */
const LOOK_FOR_IDLE_MS = 50;

/** Shuts a server down in the order that loses nothing that was acknowledged; see `RunningServer.close`. */
export async function stopServer({
  host,
  server,
  sockets,
  stopWatching,
}: {
  host: Host;
  server: Server;
  sockets: SocketHandler;
  stopWatching: StopWatching;
}): Promise<void> {
  const { config, directory, logger, sessions } = host;
  logger.info({ connections: sessions.size }, 'the server shuts down');
  host.draining = true;
  for (const response of host.responses) {
    if (!response.headersSent) response.setHeader('connection', 'close');
  }
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS);
  sockets.closeUnadmitted();
  await sessions.drain(config.drainMs);

  const patience = setTimeout(() => {
    logger.warn('calls that still ran were cut off');
    sockets.terminate();
    server.closeAllConnections();
  }, config.shutdownTimeoutMs);
  await closed;
  clearTimeout(patience);
  clearInterval(idle);

  await stopWatching();
  await directory.close();
  logger.info('the server has shut down');
}
