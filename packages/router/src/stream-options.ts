import type { EventLog, PresentUsers } from '@rollcall/core';
import type { Position } from '@rollcall/protocol';
import type { TrackedEnvelope } from '@trpc/server';
import type { Caller } from './caller.js';
import type { CallerConnection } from './context.js';
import type { EventSelection } from './event-viewer.js';
import type { RouterInstruments } from './instruments.js';
import type { ShownPage } from './shown-page.js';

/** Options of a stream of events. */
export interface StreamEventsOptions {
  log: EventLog;
  /** Where users are read as they are now. */
  users: Pick<PresentUsers, 'find'>;
  caller: Caller;
  selection: EventSelection;
  /** The stream begins after this position; absent: it begins now. */
  after: Position | undefined;
  connection: CallerConnection | undefined;
  /** Who counts and traces pages; absent: nobody. */
  instruments?: RouterInstruments | undefined;
  signal: AbortSignal;
  /** Called once when the stream is over. */
  release?: () => void;
}

/** A page, and the position up to which everything has been heard with it. */
export type TrackedPage = TrackedEnvelope<ShownPage>;
