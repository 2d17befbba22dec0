import type { Directory, Principal } from '@rollcall/core';
import type { RollcallError } from '@rollcall/protocol';

/** What became of a caller's token. A procedure that needs a caller throws the error. */
export type Authentication =
  | { principal: Principal; error?: undefined }
  | { principal?: undefined; error: RollcallError };

/** The live connection that a call came over; absent for plain HTTP calls. */
export interface CallerConnection {
  readonly id: string;
  /** Bytes that wait to be sent: what a slow reader makes grow. */
  bufferedBytes(): number;
  /** Ends the connection with a close code of the protocol. */
  close(code: number, reason: string): void;
  /** Queries and mutations that run on it, counted by the router. */
  calls: number;
  /** Subscriptions that run on it, counted by the router. */
  subscriptions: number;
  /** The users whom they watch, each with the number of subscriptions that do; kept by the router. */
  readonly watched: Map<string, number>;
}

/** What the host hands to every call. */
export interface CallContext {
  authentication: Authentication;
  directory: Directory;
  /** Names the call in the log. */
  requestId: string;
  /**
   * Counts a call of a procedure that exists, before anything else is done about it; absent: calls are not counted.
   * @throws RollcallError `RATE_LIMITED` when it is one too many.
   */
  limit?(call: { procedure: string; type: 'query' | 'mutation' | 'subscription' }): Promise<void>;
  connection?: CallerConnection;
  /** Signs a token for a guest, who has none; absent: this host takes no guests. */
  signGuestToken?(userId: string): Promise<string>;
}
