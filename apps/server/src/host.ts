import type { ServerResponse } from 'node:http';
import type { Directory, ExportClaim } from '@rollcall/core';
import type { CallerBudgets, Outlets, ProcessOverview, RouterInstruments } from '@rollcall/router';
import type { Config } from './config/config.js';
import type { ApiPage } from './http/api/api-page.js';
import type { ConsoleFiles } from './http/console/console-files.js';
import type { RateLimits } from './http/rate-limits.js';
import type { Authenticate } from './http/tokens.js';
import type { Connections } from './live/connections.js';
import type { Logger } from './logger.js';
import type { Metrics } from './metrics/metrics.js';
import type { RefusalLog } from './refusal-log.js';

/** What the parts of one running server share. */
export interface Host {
  config: Config;
  directory: Directory;
  authenticate: Authenticate;
  /** Signs the token of a guest, valid for 24 hours. */
  signGuestToken(userId: string): Promise<string>;
  /** Whether this server signed the link to the file of an export, and the link has not expired. */
  isExportLink(link: ExportClaim & { signature: string }): boolean;
  /** The console that is at `/`; absent: there is none. */
  console: ConsoleFiles | undefined;
  /** What describes the HTTP API; empty where it has not been built. */
  apiPage: ApiPage;
  connections: Connections;
  /** Counts the calls of clients. */
  rateLimits: RateLimits;
  /** What the callers of this process have in use. */
  budgets: CallerBudgets;
  /** The ways out of all live connections. */
  outlets: Outlets;
  /** How this process is doing. */
  overview: ProcessOverview;
  /** Who counts, times and traces calls; absent: nobody. */
  instruments: RouterInstruments | undefined;
  /** Absent: the settings ask for none. */
  metrics: Metrics | undefined;
  logger: Logger;
  /** Keeps refused calls from filling the log. */
  refusals: RefusalLog;
  /** The HTTP responses that are not finished. */
  responses: Set<ServerResponse>;
  /**
   * Where the server is in its shutdown. `leaving`: it still serves everything, and asks load balancers to send nothing new.
   * `draining`: it finishes what runs and accepts nothing new.
   */
  stage: 'serving' | 'leaving' | 'draining';
}
