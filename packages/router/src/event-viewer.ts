import {
  isTombstone,
  isUserEvent,
  type LoggedEvent,
  matchesFilter,
  tombstoneOf,
  visibleUser,
} from '@rollcall/core';
import {
  EVENT_CATALOGUE,
  type EventType,
  type ParsedFilter,
  type RollcallEvent,
  type User,
} from '@rollcall/protocol';
import type { Caller } from './caller.js';
import { canSee, visibilityOf } from './view.js';

/** The checked selection of a listener. */
export interface EventSelection {
  types?: ReadonlySet<EventType>;
  userIds?: ReadonlySet<string>;
  filter?: ParsedFilter;
}

/** Whether the listener sees the user before and after a change. */
interface Scope {
  before: boolean;
  after: boolean;
}

/**
 * Decides which events of the log a listener receives, and in which form (docs/contract/events.md). A server token
 * receives everything that it selects. A user token receives the events about its own user, and the public events about
 * the users that it names, or that its filter matches before or after the change.
 *
 * With several tenants a user token receives only events about users of its own tenant. When a user joins the tenant, the
 * event comes without `changes`, because the listener may not see what was before. When a user leaves the tenant, that one
 * event comes with nothing but the id, so that the listener can drop the user; after it, no more events about the user come.
 *
 * The log names an erased user by its tombstone. A listener that names the id of the user, and was away meanwhile, still
 * gets the event under that id: the listener knows the id, the log does not.
 */
export class EventViewer {
  readonly #caller: Caller;
  readonly #selection: EventSelection;
  #idsByTombstone: ReadonlyMap<string, string> | undefined;

  constructor(caller: Caller, selection: EventSelection) {
    this.#caller = caller;
    this.#selection = selection;
  }

  /** The event as this listener receives it; undefined when it does not. */
  see(entry: LoggedEvent): RollcallEvent | undefined {
    const { types, filter } = this.#selection;
    if (types && !types.has(entry.type)) return undefined;
    const namedId = this.#namedId(entry);
    if (namedId === undefined && !this.#mayReceive(entry)) return undefined;
    const scope = this.#scopeOf(entry);
    const event = this.#formOf(entry, scope);
    if (namedId !== undefined && event && isUserEvent(event) && !filter) {
      return { ...event, user: { ...event.user, id: namedId } };
    }
    if (!event || !filter) return event;
    const matched = this.#match(entry, filter, scope);
    return matched && isUserEvent(event) ? { ...event, matched } : undefined;
  }

  /** The id by which this listener named a user who stands in the log under its tombstone; undefined for any other user. */
  #namedId({ userId, type }: LoggedEvent): string | undefined {
    const { userIds } = this.#selection;
    if (!userIds || userId === undefined || !isTombstone(userId)) return undefined;
    if (this.#caller.kind !== 'server' && EVENT_CATALOGUE[type].audience !== 'public') return undefined;
    this.#idsByTombstone ??= new Map([...userIds].map(id => [tombstoneOf(id), id]));
    return this.#idsByTombstone.get(userId);
  }

  #mayReceive(entry: LoggedEvent): boolean {
    const { userIds, filter } = this.#selection;
    const named =
      userIds !== undefined &&
      [entry.userId, ...entry.concerned].some(id => id !== undefined && userIds.has(id));
    if (this.#caller.kind === 'server') return userIds === undefined || named;
    const { audience } = EVENT_CATALOGUE[entry.type];
    if (audience === 'server') return false;
    if (this.#caller.kind === 'user') {
      const { userId } = this.#caller;
      if (entry.userId === userId || entry.concerned.includes(userId)) return true;
    }
    return audience === 'public' && (named || (userIds === undefined && filter !== undefined));
  }

  #scopeOf(entry: LoggedEvent): Scope {
    const unlimited = this.#caller.kind === 'server' || this.#caller.tenant === undefined;
    if (unlimited || !isUserEvent(entry.full)) return { before: true, after: true };
    const { userBefore } = entry;
    return {
      before: userBefore !== undefined && canSee(this.#caller, userBefore),
      after: canSee(this.#caller, entry.full.user),
    };
  }

  #formOf(entry: LoggedEvent, { before, after }: Scope): RollcallEvent | undefined {
    if (!after) return before ? entry.seenWith('id') : undefined;
    const event = entry.seenWith(visibilityOf(this.#caller, entry.userId));
    if (before || !event || !isUserEvent(event)) return event;
    const { changes: _, ...joined } = event;
    return joined;
  }

  #match(entry: LoggedEvent, filter: ParsedFilter, scope: Scope): Scope | undefined {
    if (!isUserEvent(entry.full)) return undefined;
    const at = entry.full.created_at;
    // The filter sees the user as the listener may see it. Otherwise it would reveal what is hidden from the listener.
    const visibility = visibilityOf(this.#caller, entry.userId);
    const matches = (user: User) => matchesFilter(filter, visibleUser(user, visibility), at);
    const before = scope.before && entry.userBefore !== undefined && matches(entry.userBefore);
    const after = scope.after && matches(entry.full.user);
    return before || after ? { before, after } : undefined;
  }
}
