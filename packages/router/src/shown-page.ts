import { LoggedEvent } from '@rollcall/core';
import type { EventPage, RollcallEvent } from '@rollcall/protocol';

/** An event as a listener receives it: an entry of the log as it stands there, or a form of one. */
export type ShownEvent = LoggedEvent | RollcallEvent;

/**
 * Where the pages of one subscription go. It is known when the first page has become a message, which tRPC addresses: the
 * next ones need not take the way through it.
 */
export class FrameAddress {
  /** The beginning of every message to this address; undefined while it is not known. */
  head: string | undefined;
}

/**
 * A page for a listener. It becomes text once, and is empty after that. An entry that is shown as it stands in the log
 * becomes text without being parsed: a listener who hears a hundred thousand of them again costs little more than reading
 * them.
 */
export class ShownPage implements EventPage {
  shown: readonly ShownEvent[];
  readonly resync?: true;
  /** Learns from the message that tRPC makes of this page where the next ones go. */
  readonly address: FrameAddress | undefined;

  constructor(shown: readonly ShownEvent[], options: { resync?: true; address?: FrameAddress } = {}) {
    this.shown = shown;
    this.address = options.address;
    if (options.resync) this.resync = true;
  }

  get events(): RollcallEvent[] {
    return this.shown.map(event => (event instanceof LoggedEvent ? event.full : event));
  }

  /** For transports that make their own text of it. */
  toJSON(): EventPage {
    return { events: this.events, ...(this.resync && { resync: true }) };
  }
}
