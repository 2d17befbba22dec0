import { isUserEvent, type LoggedEvent, letGoForm, tellsOfContent, type Visibility } from '@rollcall/core';
import {
  type EventType,
  eventRule,
  isTombstone,
  type ParsedFilter,
  type Position,
  type RollcallEvent,
  type User,
  type UserEvent,
} from '@rollcall/protocol';
import type { Caller } from './caller.js';
import { sharedReplayedForm } from './replayed-forms.js';
import { type Matched, matchedOf, SharedFilter } from './shared-filters.js';
import type { ShownEvent } from './shown-page.js';
import type { Turn } from './slices.js';
import { canSee, visibilityOf } from './view.js';
import { WatchedSet, WatchedUsers } from './watched-users.js';

/** The checked selection of a listener. */
export interface EventSelection {
  types?: ReadonlySet<EventType>;
  userIds?: ReadonlySet<string> | WatchedSet;
  filter?: ParsedFilter | SharedFilter;
}

/** What a page of the log became for a listener. */
export interface ShapedPage {
  events: ShownEvent[];
  /** Up to where: less far than the page when the events became too long for one. */
  upTo: Position;
}

/** What may concern a listener. Every other entry is not for the listener. */
export interface Interest {
  types: ReadonlySet<EventType> | undefined;
  /** The listener's own user. */
  ownId: string | undefined;
  userIds: WatchedSet | undefined;
  filter: SharedFilter | undefined;
  /** How much it sees of other users. */
  sight: Visibility;
  /** Whether it sees all of other users, and all kinds of events; then it also receives what it does not name. */
  seesEverything: boolean;
  /** Whether every entry is for the listener, as it stands in the log. */
  isEverything: boolean;
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
  readonly interest: Interest;

  constructor(caller: Caller, selection: EventSelection) {
    this.#caller = caller;
    const { types, userIds, filter } = selection;
    this.interest = {
      types,
      ownId: caller.kind === 'user' ? caller.userId : undefined,
      userIds: !userIds || userIds instanceof WatchedSet ? userIds : new WatchedUsers().take(userIds),
      filter: !filter || filter instanceof SharedFilter ? filter : new SharedFilter(filter),
      sight: visibilityOf(caller, undefined),
      seesEverything: caller.kind === 'server',
      isEverything: caller.kind === 'server' && !types && !userIds && !filter,
    };
  }

  /**
   * The event as this listener receives it; undefined when it does not.
   * @param known what this listener's filter said of the entry before; absent: it is asked.
   */
  see(entry: LoggedEvent, known?: Matched): RollcallEvent | undefined {
    const { filter } = this.interest;
    if (!this.selects(entry)) return undefined;
    const namedId = this.#namedId(entry);
    const scope = this.#scopeOf(entry);
    const event = this.#formOf(entry, scope);
    if (namedId !== undefined && event && isUserEvent(event) && !filter) {
      return { ...event, user: { ...event.user, id: namedId } };
    }
    if (!event || !filter) return event;
    const matched = known ?? this.#match(entry, filter, scope);
    const matches = matched.before || matched.after;
    return matches && isUserEvent(event) ? withMatched(event, matched) : undefined;
  }

  /** As {@link see}; an entry that this listener receives as it stands in the log comes as it is, and nobody parses it. */
  show(entry: LoggedEvent, known?: Matched): ShownEvent | undefined {
    const { seesEverything, filter } = this.interest;
    if (!seesEverything || filter) return this.see(entry, known);
    if (!this.selects(entry)) return undefined;
    return this.#namedId(entry) === undefined ? entry : this.see(entry, known);
  }

  /** Whether an entry is one that this listener asks for and may receive. It may see nothing of it, or not match it. */
  selects(entry: LoggedEvent): boolean {
    const { types } = this.interest;
    if (types && !types.has(entry.type)) return false;
    return this.#mayReceive(entry) || this.#namedId(entry) !== undefined;
  }

  /** The events of a page of the log as this listener receives them. */
  async shape(page: { events: readonly LoggedEvent[]; upTo: Position }, turn: Turn): Promise<ShapedPage> {
    const events: ShownEvent[] = [];
    for (const entry of page.events) {
      const wait = turn();
      if (wait) await wait;
      const event = this.show(entry);
      if (event) events.push(event);
    }
    return { events, upTo: page.upTo };
  }

  /** The user, other than its own, whom an entry is about: what the listener may see of it now decides a replay. */
  otherIn({ userId, full }: LoggedEvent): string | undefined {
    return userId !== this.interest.ownId && isUserEvent(full) ? userId : undefined;
  }

  /**
   * An entry about somebody else, as this listener receives it when it hears it again. It receives it only if it could see
   * the user then, and it sees of the user what it may see now. Of one whom it may not see any more it is told only that
   * it has to let go, and what became of the content.
   * @param present the user as the listener sees it now; undefined: it does not.
   */
  seeReplayed(entry: LoggedEvent, present: User | undefined): RollcallEvent | undefined {
    const { filter } = this.interest;
    if (!this.selects(entry)) return undefined;
    const namedId = this.#namedId(entry);
    const scope = this.#scopeOf(entry);
    const event = entry.full as UserEvent;
    if (!scope.before && !scope.after) return undefined;
    if (!present || !scope.after) {
      const lost = !scope.after || event.type === 'user.deleted';
      if (!lost && (filter || !tellsOfContent(event))) return undefined;
      const told = letGoForm(event);
      if (filter) return { ...told, matched: matchedOf(true, false) };
      return namedId === undefined ? told : { ...told, user: { ...told.user, id: namedId } };
    }
    const joined = !scope.before;
    const visibility = visibilityOf(this.#caller, entry.userId);
    const shown = sharedReplayedForm(entry, { visibility, present, joined });
    if (!shown || !filter) return shown;
    const matched = filter.judgeReplayed(shown, joined);
    return matched.before || matched.after ? withMatched(shown, matched) : undefined;
  }

  /** The id by which this listener named a user who stands in the log under its tombstone; undefined for any other user. */
  #namedId({ userId, type }: LoggedEvent): string | undefined {
    const { userIds } = this.interest;
    if (!userIds || userId === undefined || !isTombstone(userId)) return undefined;
    if (this.#caller.kind !== 'server' && eventRule(type)?.audience !== 'public') return undefined;
    return userIds.idOfTombstone(userId);
  }

  #mayReceive(entry: LoggedEvent): boolean {
    const { userIds, filter } = this.interest;
    const named =
      userIds !== undefined &&
      [entry.userId, ...entry.concerned].some(id => id !== undefined && userIds.has(id));
    if (this.#caller.kind === 'server') return userIds === undefined || named;
    const audience = entry.understood ? eventRule(entry.type)?.audience : 'server';
    if (audience === 'server') return false;
    if (this.#caller.kind === 'user') {
      const { userId } = this.#caller;
      if (entry.userId === userId || entry.concerned.includes(userId)) return true;
    }
    return audience === 'public' && (named || (userIds === undefined && filter !== undefined));
  }

  #scopeOf(entry: LoggedEvent): Matched {
    const unlimited = this.#caller.kind === 'server' || this.#caller.tenant === undefined;
    if (unlimited || !isUserEvent(entry.full)) return { before: true, after: true };
    const { user } = entry.full;
    const { teamsBefore } = entry;
    return {
      before: teamsBefore !== undefined && canSee(this.#caller, { id: user.id, teams: teamsBefore }),
      after: canSee(this.#caller, entry.full.user),
    };
  }

  #formOf(entry: LoggedEvent, { before, after }: Matched): RollcallEvent | undefined {
    if (!after) return before ? entry.seenWith('id') : undefined;
    const event = entry.seenWith(visibilityOf(this.#caller, entry.userId));
    if (before || !event || !isUserEvent(event)) return event;
    const { changes: _, ...joined } = event;
    return joined;
  }

  #match(entry: LoggedEvent, filter: SharedFilter, scope: Matched): Matched {
    const { before, after } = filter.judge(entry, visibilityOf(this.#caller, entry.userId));
    return matchedOf(scope.before && before, scope.after && after);
  }
}

/** Events with what a filter said of them, by the event: all who receive the same share one, which becomes text once. */
const eventsMatched = new WeakMap<UserEvent, Map<Matched, UserEvent>>();

function withMatched(event: UserEvent, matched: Matched): UserEvent {
  const known = eventsMatched.get(event) ?? new Map<Matched, UserEvent>();
  eventsMatched.set(event, known);
  const made = known.get(matched) ?? { ...event, matched };
  known.set(matched, made);
  return made;
}
