import type { Directory, Principal } from '@rollcall/core';
import type { RollcallError } from '@rollcall/protocol';
import type { CallerBudgets } from './caller-budget.js';
import type { WatchedUsers } from './watched-users.js';

/** The result of checking a caller's token. A procedure that needs a caller throws the error. */
export type Authentication =
  | { principal: Principal; tokenDigest?: string; error?: undefined }
  | { principal?: undefined; tokenDigest?: undefined; error: RollcallError };

/** The live connection over which a call came; plain HTTP calls have none. */
export interface CallerConnection {
  readonly id: string;
  /** Bytes that wait to be sent. A slow reader makes them grow. */
  bufferedBytes(): number;
  /** Ends the connection with a close code of the protocol. */
  close(code: number, reason: string): void;
  /** How many queries and mutations run on it; the router counts them. */
  calls: number;
  /** How many subscriptions run on it; the router counts them. */
  subscriptions: number;
  /** The users whom they watch; the router keeps them. */
  readonly watched: WatchedUsers;
}

/** What the host gives to every call. */
export interface CallContext {
  authentication: Authentication;
  directory: Directory;
  /** What the callers of this process have in use. */
  budgets: CallerBudgets;
  /** The address that guests and callers without a user count by. */
  address: string;
  /** Names the call in the log. */
  requestId: string;
  /**
   * Counts a call of an existing procedure before anything else happens; absent: calls are not counted.
   * @throws RollcallError `RATE_LIMITED` when it is one too many.
   */
  limit?(call: { procedure: string; type: 'query' | 'mutation' | 'subscription' }): Promise<void>;
  connection?: CallerConnection;
  /** Signs a token for a new guest; absent: this host admits no guests. */
  signGuestToken?(userId: string): Promise<string>;
}
