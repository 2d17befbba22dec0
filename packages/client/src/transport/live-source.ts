import type { ErrorCode, PresenceEvent, RollcallEvent, Task, WatchEventsInput } from '@rollcall/protocol';
import type { PositionedPage } from '../events/event-pages.js';
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
