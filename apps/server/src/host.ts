import type { ServerResponse } from 'node:http';
import type { Directory } from '@rollcall/core';
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
  sessions: Sessions;
  logger: Logger;
  /** The HTTP answers that are not finished. */
  responses: Set<ServerResponse>;
  /** Whether the server has begun to shut down: it finishes what runs and takes nothing new. */
  draining: boolean;
}
