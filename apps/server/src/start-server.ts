import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportLink, isExportLink, openDirectory } from '@rollcall/core';
import { RollcallError } from '@rollcall/protocol';
import { CallerBudgets, Outlets, ProcessOverview } from '@rollcall/router';
import { budgetsOf } from './config/budget-settings.js';
import type { Config } from './config/config.js';
import { loadProducts } from './config/load-products.js';
import { signingKeysOf } from './config/signing-keys.js';
import type { Host } from './host.js';
import { readApiPage } from './http/api/api-page.js';
import { readConsole } from './http/console/console-files.js';
import { isLoopback } from './http/foreign-page.js';
import { createHttpHandler } from './http/http-handler.js';
import { RateLimits } from './http/rate-limits.js';
import { createAuthenticate, signGuestToken } from './http/tokens.js';
import { boundWaitingConnections } from './http/waiting-connections.js';
import { watchAccess } from './live/access-watcher.js';
import { Connections } from './live/connections.js';
import { attachSocketHandler } from './live/socket-handler.js';
import { createLogger, type Logger } from './logger.js';
import { instrumentsOf } from './metrics/instruments.js';
import type { Metrics } from './metrics/metrics.js';
import { listenForMetrics, type MetricsListener } from './metrics/metrics-listener.js';
import { RefusalLog } from './refusal-log.js';
import { type ShutdownResult, SilentConnections, stopServer } from './stop-server.js';
import { HttpWebhookSender } from './webhooks/http-webhook-sender.js';

/** A server that is running. */
export interface RunningServer {
  /** The URL at which this machine reaches it. */
  url: string;
  /** The port of the configuration, or the free one that was found. */
  port: number;
  config: Config;
  /** The port of the metrics, if they have one of their own. */
  metricsPort?: number;
  /**
   * Shuts down in order: it accepts nothing new, asks live connections to reconnect, lets running calls finish, and closes
   * the storage. A second call waits for the same end. The time is bounded, whatever hangs. The result says whether
   * something that had begun was cut off; the log says what.
   */
  close(): Promise<ShutdownResult>;
}

/** How often slow senders are looked for, and how long they may take for the headers and for a whole request. */
const SLOW_SENDERS: Record<'connectionsCheckingInterval' | 'headersTimeout' | 'requestTimeout', number> = {
  connectionsCheckingInterval: 2000,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
};

/** Options of a server besides its configuration. */
export interface ServerOptions {
  /** Default: a logger made from the configuration. */
  logger?: Logger;
  /** Shorter times for slow senders, in milliseconds. */
  slowSenders?: Partial<typeof SLOW_SENDERS>;
  /** The folder of the console's package. Default: the one that is installed beside the server. */
  consoleFolder?: string;
  /** The folder of what describes the HTTP API. Default: the one that the build fills. */
  apiPageFolder?: string;
  /** How long metrics keep what they read from the database. Default: 15 seconds. */
  metricsKeptMs?: number;
}

/** Load balancers keep idle connections for a minute. This is longer, so that the server never closes first. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Opens the storage and answers HTTP and WebSocket on one port.
 * @throws RollcallError `INPUT_INVALID` when there is no secret or a product cannot be used; `UNAVAILABLE` when the database
 * or the port cannot be opened, or a product fails. Nothing is left running then.
 */
export async function startServer(config: Config, options: ServerOptions = {}): Promise<RunningServer> {
  const logger = options.logger ?? createLogger(config);
  const products = await loadProducts(config.products);
  const keys = await signingKeysOf(config);
  const metrics = await metricsOf(config, options);
  const instruments = instrumentsOf(metrics?.registry);
  const directory = await openDirectory({
    databaseUrl: config.databaseUrl,
    databaseReadUrls: config.databaseReadUrls,
    postgresPoolSize: config.postgresPoolSize,
    notifications: config.hints,
    products,
    migrate: config.migrate,
    onError: (err, context) => {
      metrics?.registry.count('rollcall_background_errors_total', {});
      logger.error({ err }, context);
    },
    ...(instruments.directory && { instruments: instruments.directory }),
    guestsByDefault: config.environment === 'development',
    exportLink: (taskId, expires) => exportLink(keys, { taskId, expires }),
    ...(config.webhooks && {
      webhookSender: new HttpWebhookSender({ allowedAddresses: config.webhookAllowedAddresses }),
    }),
  });
  try {
    const connections = new Connections({
      presence: directory.presence,
      clock: Date.now,
      maxPerUser: config.maxConnectionsPerUser,
      maxPerAddress: config.maxConnectionsPerAddress,
    });
    const outlets = new Outlets({ maxUnreadBytes: config.maxUnreadBytes, meter: instruments.router?.meter });
    const facts = {
      environment: config.environment,
      isInNetwork: !isLoopback(config.host),
      takesAnyOrigin: config.allowedOrigins.kind === 'any',
    };
    const authenticate = createAuthenticate(keys, Date.now);
    const host: Host = {
      config,
      directory,
      authenticate,
      signGuestToken: userId => signGuestToken(keys, userId, Date.now()),
      isExportLink: link => isExportLink(keys, link, Date.now()),
      console: await readConsole(config, { logger, folder: options.consoleFolder }),
      apiPage: await readApiPage(logger, options.apiPageFolder),
      connections,
      rateLimits: new RateLimits(config),
      budgets: new CallerBudgets(budgetsOf(config), instruments.router?.meter),
      outlets,
      overview: new ProcessOverview({ directory, outlets, facts }),
      instruments: instruments.router,
      metrics,
      logger,
      refusals: new RefusalLog(logger),
      responses: new Set(),
      stage: 'serving',
    };
    metrics?.watch(host);
    const server = createServer(
      { ...SLOW_SENDERS, ...options.slowSenders, keepAliveTimeout: KEEP_ALIVE_MS },
      createHttpHandler(host),
    );
    boundWaitingConnections(server);
    const silent = new SilentConnections(server);
    const sockets = attachSocketHandler(server, host);
    const stopWatching = await watchAccess(host);
    await directory.warmUp();
    let metricsListener: MetricsListener | undefined;
    let port: number;
    try {
      if (config.metricsPort !== undefined)
        metricsListener = await listenForMetrics(host, config.metricsPort);
      port = await listen(server, config);
    } catch (error) {
      await metricsListener?.close();
      await stopWatching();
      throw error;
    }
    const url = `http://${reachableHost(config.host)}:${port}`;
    logger.info(
      { url, ...(metricsListener && { metricsPort: metricsListener.port }) },
      'the server is ready',
    );
    if (config.environment !== 'production' && !isLoopback(config.host)) {
      const message =
        'the network reaches this server, and it runs with what suits a developer: guests, pages of localhost';
      logger.warn({ host: config.host }, `${message}; set NODE_ENV=production`);
    }
    if (metricsListener && config.metricsToken === undefined && !isLoopback(config.metricsHost)) {
      const message = 'anybody in the network may read the metrics; set ROLLCALL_METRICS_TOKEN';
      logger.warn({ host: config.metricsHost, port: metricsListener.port }, message);
    }
    let closing: Promise<ShutdownResult> | undefined;
    const close = () => {
      closing ??= stopServer({ host, server, silent, sockets, stopWatching, metricsListener });
      return closing;
    };
    return { url, port, config, close, ...(metricsListener && { metricsPort: metricsListener.port }) };
  } catch (error) {
    metrics?.stop();
    await directory.close();
    throw error;
  }
}

/** The metrics, if the settings ask for them. What they are made with is not loaded otherwise. */
async function metricsOf(
  { metricsPort, metricsToken }: Config,
  { metricsKeptMs }: ServerOptions,
): Promise<Metrics | undefined> {
  if (metricsPort === undefined && metricsToken === undefined) return undefined;
  const { Metrics } = await import('./metrics/metrics.js');
  return new Metrics(metricsKeptMs);
}

function listen(server: Server, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${host}:${port}`;
      const message =
        cause.code === 'EADDRINUSE'
          ? `another program listens on ${where} already; set ROLLCALL_PORT to another port, or to 0 for any free one`
          : `cannot listen on ${where} (${cause.code})`;
      reject(new RollcallError('UNAVAILABLE', message, { cause, unrecoverable: true }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** A host that one can connect to: an address that listens on all interfaces is not one everywhere. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
