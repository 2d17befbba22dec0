import type { Directory, Principal } from '@rollcall/core';
import type { RollcallError } from '@rollcall/protocol';

/** What became of a caller's token. A procedure that needs a caller throws the error. */
export type Authentication =
  | { principal: Principal; error?: undefined }
  | { principal?: undefined; error: RollcallError };

/** The live connection that a call came over; absent for plain HTTP calls. */
export interface LiveConnection {
  readonly id: string;
  /** Bytes that wait to be sent: what a slow reader makes grow. */
  bufferedBytes(): number;
  /** Ends the connection with a close code of the protocol. */
  close(code: number, reason: string): void;
  /** Subscriptions that run on it, counted by the router. */
  subscriptions: number;
}

/** What the host hands to every call. */
export interface CallContext {
  authentication: Authentication;
  directory: Directory;
  /** Names the call in the log. */
  requestId: string;
  connection?: LiveConnection;
}
