import type { Directory, Principal } from '@rollcall/core';
import type { RollcallError } from '@rollcall/protocol';
import type { ProcedureType } from '@trpc/server';
import type { CallerBudget, CallerBudgets } from './caller-budget.js';
import type { CallerKey } from './caller-key.js';
import type { RouterInstruments } from './instruments.js';
import type { Outlet } from './outlet.js';
import type { ProcessOverview } from './process-overview.js';
import type { WatchedUsers } from './watched-users.js';

/** The result of checking a caller's token. A procedure that needs a caller throws the error. */
export type Authentication =
  | { principal: Principal; tokenDigest?: string; error?: undefined }
  | { principal?: undefined; tokenDigest?: undefined; error: RollcallError };

/** The live connection over which a call came; plain HTTP calls have none. */
export interface CallerConnection {
  /** Whose connection it is. What is done for the connections of one caller is done in turn with that of others. */
  readonly caller: CallerKey;
  /** By which everything leaves that is sent over it. */
  readonly outlet: Outlet;
  /** Ends the connection with a close code of the protocol. */
  close(code: number, reason: string): void;
  /** How many queries and mutations run on it; the router counts them. */
  calls: number;
  /** How many subscriptions run on it; the router counts them. */
  subscriptions: number;
  /** What its caller has in use, as its last call found; absent before the first one. The router keeps it. */
  budget?: CallerBudget;
  /** The users whom they watch; the router keeps them. */
  readonly watched: WatchedUsers;
}

/** What the host gives to every call. */
export interface CallContext {
  authentication: Authentication;
  directory: Directory;
  /** What the callers of this process have in use. */
  budgets: CallerBudgets;
  /** How the process is doing; every call counts there. */
  overview: ProcessOverview;
  /** Who counts, times and traces calls; absent: nobody. */
  instruments?: RouterInstruments | undefined;
  /** The address that guests and callers without a user count by. */
  address: string;
  /** Names the call in the log. */
  requestId: string;
  /**
   * Counts a call of an existing procedure before anything else happens; absent: calls are not counted. A call of a guest
   * whose token does not say so is counted once more, by address, when its role has been read (`guest`).
   * @throws RollcallError `RATE_LIMITED` when it is one too many.
   */
  limit?(call: { procedure: string; type: ProcedureType; guest?: true }): Promise<void>;
  /**
   * Holds room for the input of a call, until it is answered; absent: the host does that for whole requests.
   * @returns what gives it back.
   * @throws RollcallError `RATE_LIMITED` when its caller has too much of it.
   */
  holdInput?(input: unknown): () => void;
  /** The key under which the call is to be carried out once (`keyed-call.ts`); absent: it has none. */
  idempotency?: {
    /** As it was sent; nobody has looked at it. */
    key: string;
    /** How many calls the request has that it came with; more than one is enough to know. */
    calls: number;
    /** Hears that the call had been carried out before, and is answered as it was then. */
    repeated(): void;
  };
  connection?: CallerConnection;
  /** Signs a token for a new guest; absent: this host admits no guests. */
  signGuestToken?(userId: string): Promise<string>;
}
