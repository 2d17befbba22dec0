import { isUserEvent, type LoggedEvent, matchesFilter, visibleUser } from '@rollcall/core';
import {
  EVENT_CATALOGUE,
  type EventType,
  type FilterNode,
  type RollcallEvent,
  type User,
} from '@rollcall/protocol';
import type { Caller } from './caller.js';
import { visibilityOf } from './view.js';

/** What a listener asked for, checked. */
export interface EventSelection {
  types?: ReadonlySet<EventType>;
  userIds?: ReadonlySet<string>;
  filter?: FilterNode;
}

/**
 * Decides which events of the log a listener receives, and in which form (SPEC section 8). A server token receives
 * everything that it selects. A user token receives the events about itself, and the public ones about the users it
 * names or whom its filter matches before or after the change.
 */
export class EventViewer {
  readonly #caller: Caller;
  readonly #selection: EventSelection;

  constructor(caller: Caller, selection: EventSelection) {
    this.#caller = caller;
    this.#selection = selection;
  }

  /** The event as this listener receives it; undefined when it does not. */
  see(entry: LoggedEvent): RollcallEvent | undefined {
    const { types, filter } = this.#selection;
    if (types && !types.has(entry.type)) return undefined;
    if (!this.#mayReceive(entry)) return undefined;
    const event = entry.seenWith(visibilityOf(this.#caller, entry.userId));
    if (!event || !filter) return event;
    const matched = this.#match(entry, filter);
    return matched && isUserEvent(event) ? { ...event, matched } : undefined;
  }

  #mayReceive(entry: LoggedEvent): boolean {
    const { userIds, filter } = this.#selection;
    const named =
      userIds !== undefined &&
      [entry.userId, ...entry.concerned].some(id => id !== undefined && userIds.has(id));
    if (this.#caller.kind === 'server') return userIds === undefined || named;
    const { audience } = EVENT_CATALOGUE[entry.type];
    if (audience === 'server') return false;
    if (entry.userId === this.#caller.userId || entry.concerned.includes(this.#caller.userId)) return true;
    return audience === 'public' && (named || (userIds === undefined && filter !== undefined));
  }

  #match(entry: LoggedEvent, filter: FilterNode): { before: boolean; after: boolean } | undefined {
    if (!isUserEvent(entry.full)) return undefined;
    const at = entry.full.created_at;
    // Judged is the user as the listener may see it, or a filter would tell what is hidden from it.
    const visibility = visibilityOf(this.#caller, entry.userId);
    const matches = (user: User) => matchesFilter(filter, visibleUser(user, visibility), at);
    const before = entry.userBefore !== undefined && matches(entry.userBefore);
    const after = matches(entry.full.user);
    return before || after ? { before, after } : undefined;
  }
}
