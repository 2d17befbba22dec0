import type { Outlet } from '@rollcall/router';
import type { WebSocket } from 'ws';
import type { CallLimit } from '../http/rate-limits.js';
import type { RefusedCaller } from '../refusal-log.js';
import type { TakenMeter } from './message-meter.js';
import type { Reading } from './reading.js';

/** What is known of a WebSocket that is open, before and after it has signed in. */
export interface OpenSocket {
  id: string;
  socket: WebSocket;
  reading: Reading;
  outlet: Outlet;
  /** Runs until the socket has signed in. */
  deadline: NodeJS.Timeout | undefined;
  /** Ends the bound on what may arrive before the first message. */
  firstArrived: () => void;
  /** Whether it has signed in with a server token, so that its messages are not counted. */
  exempt: boolean;
  /**
   * Whose it is: its messages wait in the line of this caller, and its refusals are logged for it. Until it has signed in,
   * it is its address's.
   */
  caller: RefusedCaller;
  /** Counts what comes over it; absent: it is not counted, or has not signed in. */
  limit: CallLimit | undefined;
  /** What it has sent until its caller was known. */
  sentBefore: number;
  /** The meter of its caller; absent until the caller is known, and for a server token. */
  meter: TakenMeter | undefined;
  /** Says that it has signed in, or has closed. */
  endSigningIn(): void;
  /** Ends its connection when it closes; absent until it has one. */
  end: (() => void) | undefined;
}
