import {
  type ErrorCode,
  type EventPage,
  formatPosition,
  type JsonObject,
  type PresenceEvent,
  parsePosition,
  type RollcallError,
  type RollcallEvent,
  type Task,
  type WatchEventsInput,
} from '@rollcall/protocol';
import type { Subscription } from '../subscription.js';

/** Receives the items and the end of one run of a subscription. */
export interface Observer<Item> {
  onData(item: Item): void;
  onError(error: unknown): void;
  onComplete(): void;
}

/** The live procedures of a server, over the connection of a client. */
export interface LiveSource {
  events(input: WatchEventsInput, observer: Observer<PositionedPage>): Subscription;
  ephemeral(observer: Observer<RollcallEvent[]>): Subscription;
  /** Sends the present state of each user, then every change. */
  presence(input: { user_ids: string[] }, observer: Observer<PresenceEvent[]>): Subscription;
  task(input: { task_id: string }, observer: Observer<Task>): Subscription;
  /** Reports an error of the server. @returns whether a fresh token fixes it. That token is used from now on. */
  renewToken(code: ErrorCode): boolean;
  /** Keeps the connection open while nothing uses it, for instance between two runs of a subscription. */
  hold(): Subscription;
  /** Shows that a subscription waits, because of an error that may pass; or, without one, that it waits no more. */
  wait(subscription: object, error?: RollcallError): void;
}

/**
 * Takes the place of events that the server no longer has, because its log does not reach back to the listener's
 * position. What follows is complete again. Read afresh whatever you have built from events before.
 */
export interface ResyncNotice {
  type: 'resync';
  /** The position from which events continue, in the form that `lastEventId` takes. */
  id: string;
}

/** What a stream of events yields. `type` distinguishes a notice from an event. */
export type StreamItem<Custom extends object = JsonObject> = RollcallEvent<Custom> | ResyncNotice;

/** A page of events as a subscription yields it: its content, and the position that it reaches. */
export interface PositionedPage {
  id: string;
  data: EventPage;
}

/** The items of a page in the order in which listeners get them. */
export function itemsOf<Custom extends object>(page: PositionedPage): StreamItem<Custom>[] {
  const events = page.data.events as RollcallEvent<Custom>[];
  return page.data.resync ? [{ type: 'resync', id: positionBefore(page) }, ...events] : events;
}

/** A listener that resumes at the notice must not skip the events of the same page. */
function positionBefore(page: PositionedPage): string {
  const first = parsePosition(page.data.events[0]?.id ?? '');
  return first && first.seq > 0 ? formatPosition({ epoch: first.epoch, seq: first.seq - 1 }) : page.id;
}
