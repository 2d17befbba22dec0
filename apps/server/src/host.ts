import type { ServerResponse } from 'node:http';
import type { Directory, ExportClaim } from '@rollcall/core';
import type { Authenticate } from './authenticate.js';
import type { Config } from './config.js';
import type { Logger } from './logger.js';
import type { Sessions } from './sessions.js';
import type { UserLookup } from './user-lookup.js';

/** What the handlers of one running server share. */
export interface Host {
  config: Config;
  directory: Directory;
  authenticate: Authenticate;
  lookUpUser: UserLookup;
  /** Finds a user who was deleted for good, of whom nothing but the id that is asked for is known. */
  lookUpForgotten: UserLookup<{ id: string }>;
  /** Whether a link to the file of an export was signed by this server and has not expired. */
  isExportLink(link: ExportClaim & { signature: string }): boolean;
  sessions: Sessions;
  logger: Logger;
  /** The HTTP answers that are not finished. */
  responses: Set<ServerResponse>;
  /** Whether the server has begun to shut down: it finishes what runs and takes nothing new. */
  draining: boolean;
}
