import type { RollcallEvent, Task, WatchEventsInput } from '@rollcall/protocol';
import type { PositionedPage } from './event-pages.js';
import type { Observer } from './keep-subscribed.js';
import type { Subscription } from './subscription.js';

/** The live procedures of a server, over the connection of a client. */
export interface LiveSource {
  events(input: WatchEventsInput, observer: Observer<PositionedPage>): Subscription;
  ephemeral(observer: Observer<RollcallEvent[]>): Subscription;
  task(input: { task_id: string }, observer: Observer<Task>): Subscription;
  /** The token has expired. @returns whether a fresh one will be used from now on. */
  renewToken(): boolean;
  /** Keeps the connection while nothing runs over it for a time, between two runs of a subscription for instance. */
  hold(): Subscription;
}
