import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportLink, isExportLink, openDirectory } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import { createAuthenticate } from './authenticate.js';
import type { Config } from './config.js';
import { gathered } from './gathered.js';
import type { Host } from './host.js';
import { createHttpHandler } from './http-handler.js';
import { loadProducts } from './load-products.js';
import { createLogger, type Logger } from './logger.js';
import { RateLimits } from './rate-limits.js';
import { Sessions } from './sessions.js';
import { watchForShutOuts } from './shut-out.js';
import { signGuestToken } from './sign-guest-token.js';
import { signingKeysOf } from './signing-keys-of.js';
import { SilentConnections } from './silent-connections.js';
import { attachSocketHandler } from './socket-handler.js';
import { type Ending, stopServer } from './stop-server.js';
import { createUserLookup } from './user-lookup.js';

/** A server that answers. */
export interface RunningServer {
  /** Where this machine reaches it. */
  url: string;
  /** The port that was asked for, or the one that was free. */
  port: number;
  config: Config;
  /**
   * Shuts down in order: takes nothing new, asks live connections to come back, lets calls that run finish, closes the
   * storage. Calling it again waits for the same end. It is bounded, whatever hangs, and says whether something that had
   * begun was given up for it; the log says what.
   */
  close(): Promise<Ending>;
}

/** Slow senders are looked for this often, and may take so long for the headers, and for everything. */
const SLOW_SENDERS: Record<'connectionsCheckingInterval' | 'headersTimeout' | 'requestTimeout', number> = {
  connectionsCheckingInterval: 2000,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
};

/** What a server is started with beside its configuration. */
export interface ServerOptions {
  /** Default: one as the configuration says. */
  logger?: Logger;
  /** Shorter times to wait for slow senders, in milliseconds. */
  slowSenders?: Partial<typeof SLOW_SENDERS>;
}

/** Longer than the minute for which load balancers keep idle connections, so that it is never us who close first. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Opens the storage and answers HTTP and WebSocket on one port.
 * @throws RollcallError `INPUT_INVALID` when there is no secret or a product will not do, `UNAVAILABLE` when the database
 * or the port is not to be had, or a product fails. Nothing is left running then.
 */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const logger = options.logger ?? createLogger(config);
  const products = await loadProducts(config.products);
  const keys = await signingKeysOf(config);
  const directory = await openDirectory({
    databaseUrl: config.databaseUrl,
    postgresPoolSize: config.postgresPoolSize,
    notifications: config.hints,
    products,
    migrate: config.migrate,
    onError: (err, context) => logger.error({ err }, context),
    guestsByDefault: config.environment === 'development',
    exportLink: (taskId, expires) => exportLink(keys, { taskId, expires }),
  });
  try {
    const sessions = new Sessions({
      presence: directory.presence,
      clock: Date.now,
      maxPerUser: config.maxConnectionsPerUser,
    });
    const authenticate = createAuthenticate(keys, Date.now);
    const host: Host = {
      config,
      directory,
      authenticate,
      lookUpSettings: gathered(() => directory.settings.get()),
      lookUpPosition: gathered(() => directory.events.position()),
      signGuestToken: userId => signGuestToken(keys, userId, Date.now()),
      isExportLink: link => isExportLink(keys, link, Date.now()),
      lookUpUser: createUserLookup(ids => directory.users.find(ids)),
      lookUpForgotten: createUserLookup(async ids =>
        Array.from(await directory.users.findForgotten(ids), id => ({ id })),
      ),
      sessions,
      rateLimits: new RateLimits(config),
      logger,
      responses: new Set(),
      stage: 'serving',
    };
    const server = createServer(
      { ...SLOW_SENDERS, ...options.slowSenders, keepAliveTimeout: KEEP_ALIVE_MS },
      createHttpHandler(host),
    );
    const silent = new SilentConnections(server);
    const sockets = attachSocketHandler(server, host);
    const stopWatching = await watchForShutOuts(host);
    const port = await listen(server, config).catch(async (error: unknown) => {
      await stopWatching();
      throw error;
    });
    const url = `http://${reachableHost(config.host)}:${port}`;
    logger.info({ url }, 'the server is ready');
    let closing: Promise<Ending> | undefined;
    const close = () => {
      closing ??= stopServer({ host, server, silent, sockets, stopWatching });
      return closing;
    };
    return { url, port, config, close };
  } catch (error) {
    await directory.close();
    throw error;
  }
}

function listen(server: Server, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`;
      const message =
        cause.code === 'EADDRINUSE'
          ? `something else listens on ${where} already; set ROLLCALL_PORT to another port, or to 0 for any`
          : `cannot listen on ${where} (${cause.code})`;
      reject(new RollcallError('UNAVAILABLE', message, { cause, unrecoverable: true }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** An address that listens on all interfaces is none that one can connect to everywhere. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
