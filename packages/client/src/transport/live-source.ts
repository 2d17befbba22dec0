import {
  type ErrorCode,
  type EventPage,
  formatPosition,
  type JsonObject,
  type PresenceEvent,
  parsePosition,
  type RollcallEvent,
  type Task,
  type WatchEventsInput,
} from '@rollcall/protocol';
import type { Observer } from '../events/live-subscription.js';
import type { Subscription } from '../subscription.js';

/** The live procedures of a server, over the connection of a client. */
export interface LiveSource {
  events(input: WatchEventsInput, observer: Observer<PositionedPage>): Subscription;
  ephemeral(observer: Observer<RollcallEvent[]>): Subscription;
  /** The present state of each, then every change. */
  presence(input: { user_ids: string[] }, observer: Observer<PresenceEvent[]>): Subscription;
  task(input: { task_id: string }, observer: Observer<Task>): Subscription;
  /** The server has said this error. @returns whether a fresh token mends it, which is used from now on. */
  renewToken(code: ErrorCode): boolean;
  /** Keeps the connection while nothing runs over it for a time, between two runs of a subscription for instance. */
  hold(): Subscription;
}

/**
 * What takes the place of events that are no longer known: the log does not reach back to where the listener was. What
 * follows is complete again; whatever was built from events before has to be read afresh.
 */
export interface ResyncNotice {
  type: 'resync';
  /** The position from which events go on, as `lastEventId` takes it. */
  id: string;
}

/** What a stream of events hands out. `type` tells a notice from an event. */
export type StreamItem<Custom extends object = JsonObject> = RollcallEvent<Custom> | ResyncNotice;

/** A page of events as a subscription yields it: the position it reaches to, and its content. */
export interface PositionedPage {
  id: string;
  data: EventPage;
}

/** The items of a page in the order in which they are handed out. */
export function itemsOf<Custom extends object>(page: PositionedPage): StreamItem<Custom>[] {
  const events = page.data.events as RollcallEvent<Custom>[];
  return page.data.resync ? [{ type: 'resync', id: positionBefore(page) }, ...events] : events;
}

/** Resuming at the notice must not skip the events of its own page. */
function positionBefore(page: PositionedPage): string {
  const first = parsePosition(page.data.events[0]?.id ?? '');
  return first && first.seq > 0 ? formatPosition({ epoch: first.epoch, seq: first.seq - 1 }) : page.id;
}
