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
import { type Caller, canSee } from './caller.js';
import { visibilityOf } from './view.js';

/** What a listener asked for, checked. */
export interface EventSelection {
  types?: ReadonlySet<EventType>;
  userIds?: ReadonlySet<string>;
  filter?: ParsedFilter;
}

/** How a change moves a user in and out of what a listener sees at all. */
interface Sight {
  before: boolean;
  after: boolean;
}

/**
 * Decides which events of the log a listener receives, and in which form (SPEC section 8). A server token receives
 * everything that it selects. A user token receives the events about itself, and the public ones about the users it
 * names or whom its filter matches before or after the change.
 *
 * With several tenants it receives only what concerns users of its own. Of a user who joins them it receives the event
 * without `changes`: what was before is not its business. Of a user who leaves them it receives that one event, in
 * which nothing but the id is told, so that it can forget the user; and nothing about that user from then on.
 *
 * A user who was deleted for good stands in the log under its tombstone. Who named the id before, and was away meanwhile,
 * still learns of it under that id: it is the listener who knows it, and not the log.
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
    const idInLife = this.#idInLife(entry);
    if (idInLife === undefined && !this.#mayReceive(entry)) return undefined;
    const sight = this.#sightOf(entry);
    const event = this.#formOf(entry, sight);
    if (idInLife !== undefined && event && isUserEvent(event) && !filter) {
      return { ...event, user: { ...event.user, id: idInLife } };
    }
    if (!event || !filter) return event;
    const matched = this.#match(entry, filter, sight);
    return matched && isUserEvent(event) ? { ...event, matched } : undefined;
  }

  /** The id that this listener named, of a user who stands in the log under its tombstone; undefined for any other. */
  #idInLife({ userId, type }: LoggedEvent): string | undefined {
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

  #sightOf(entry: LoggedEvent): Sight {
    const unlimited = this.#caller.kind === 'server' || this.#caller.tenant === undefined;
    if (unlimited || !isUserEvent(entry.full)) return { before: true, after: true };
    const { userBefore } = entry;
    return {
      before: userBefore !== undefined && canSee(this.#caller, userBefore),
      after: canSee(this.#caller, entry.full.user),
    };
  }

  #formOf(entry: LoggedEvent, { before, after }: Sight): RollcallEvent | undefined {
    if (!after) return before ? entry.seenWith('id') : undefined;
    const visibility = visibilityOf(this.#caller, entry.userId);
    const ofItself = visibility === 'everything' && this.#caller.kind === 'user';
    const event = ofItself ? entry.own : entry.seenWith(visibility);
    if (before || !event || !isUserEvent(event)) return event;
    const { changes: _, ...joined } = event;
    return joined;
  }

  #match(entry: LoggedEvent, filter: ParsedFilter, sight: Sight): Sight | undefined {
    if (!isUserEvent(entry.full)) return undefined;
    const at = entry.full.created_at;
    // Judged is the user as the listener may see it, or a filter would tell what is hidden from it.
    const visibility = visibilityOf(this.#caller, entry.userId);
    const matches = (user: User) => matchesFilter(filter, visibleUser(user, visibility), at);
    const before = sight.before && entry.userBefore !== undefined && matches(entry.userBefore);
    const after = sight.after && matches(entry.full.user);
    return before || after ? { before, after } : undefined;
  }
}
