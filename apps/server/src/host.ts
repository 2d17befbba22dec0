import type { ServerResponse } from 'node:http';
import type { Directory, ExportClaim } from '@rollcall/core';
import type { Config } from './config/config.js';
import type { RateLimits } from './http/rate-limits.js';
import type { Authenticate } from './http/tokens.js';
import type { Connections } from './live/connections.js';
import type { Logger } from './logger.js';

/** What the handlers of one running server share. */
export interface Host {
  config: Config;
  directory: Directory;
  authenticate: Authenticate;
  /** Signs the token of a guest, good for a day. */
  signGuestToken(userId: string): Promise<string>;
  /** Whether a link to the file of an export was signed by this server and has not expired. */
  isExportLink(link: ExportClaim & { signature: string }): boolean;
  connections: Connections;
  /** Counts the calls of clients. */
  rateLimits: RateLimits;
  logger: Logger;
  /** The HTTP answers that are not finished. */
  responses: Set<ServerResponse>;
  /**
   * How far the server is with its end. `leaving`: everything is served, and load balancers are told to send nothing new;
   * `draining`: it finishes what runs and takes nothing new.
   */
  stage: 'serving' | 'leaving' | 'draining';
}
