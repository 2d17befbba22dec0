import { isUserEvent, type LoggedEvent, TermIndex, type Visibility, visibilityKey } from '@rollcall/core';
import { type EventType, eventRule, isTombstone } from '@rollcall/protocol';
import type { EventViewer } from './event-viewer.js';
import { FewByKey } from './few-by-key.js';
import type { SharedFilter } from './shared-filters.js';
import type { WatchedUsers } from './watched-users.js';

/** Judging goes on for so long before others may have their turn. To offer it after each filter costs as much as most. */
const PIECE_MS = 0.2;

/** Who listens, as far as the index goes. */
export interface Indexed {
  readonly viewer: EventViewer;
}

/** The listeners that one filter selects for, by how much they see of other users. */
interface FilterGroup<Listener> {
  filter: SharedFilter;
  /** By the name of what they see of other users. */
  bySight: Map<string, { sight: Visibility; listeners: Set<Listener> }>;
  leave: () => void;
}

/** The listeners of one connection that name users, and how many of them name each, by its number. */
interface ConnectionGroup<Listener> {
  listeners: Set<Listener>;
  naming: number[];
}

/**
 * Finds the listeners that an entry of the log may concern, so that an event costs what it concerns and not what listens.
 * They are found by the users whom they name, by their own user, and by the equalities in their filters (of the user
 * before and after the change, since leaving a set is told too). A filter without equalities is judged for each entry,
 * but once for all its listeners.
 */
export class ListenerIndex<Listener extends Indexed> {
  /** Those who receive every entry. Nobody has to look for them, so they are not among the candidates. */
  readonly ofEverything = new Set<Listener>();
  readonly #byType = new Map<EventType, Set<Listener>>();
  readonly #byOwnId = new Map<string, Set<Listener>>();
  readonly #connections = new Map<WatchedUsers, ConnectionGroup<Listener>>();
  readonly #byNamedId = new FewByKey<string, ConnectionGroup<Listener>>();
  readonly #filters = new Map<SharedFilter, FilterGroup<Listener>>();
  readonly #byTerm = new TermIndex<FilterGroup<Listener>>();
  readonly #withoutTerms = new Set<FilterGroup<Listener>>();

  /** Adds a listener. @returns what takes it out again. */
  add(listener: Listener): () => void {
    const { ownId, userIds, filter, types, seesEverything } = listener.viewer.interest;
    const leave: (() => void)[] = [];
    if (ownId !== undefined) leave.push(addTo(this.#byOwnId, ownId, listener));
    if (userIds) leave.push(this.#addNaming(listener, userIds));
    else if (filter) leave.push(this.#addToFilter(listener, filter));
    else if (seesEverything) {
      if (types) for (const type of types) leave.push(addTo(this.#byType, type, listener));
      else {
        this.ofEverything.add(listener);
        leave.push(() => this.ofEverything.delete(listener));
      }
    }
    const [first, ...others] = leave;
    if (first && others.length === 0) return first;
    return () => {
      first?.();
      for (const one of others) one();
    };
  }

  /**
   * The listeners that an entry may concern; one may come twice. Each step is a bounded piece of work, and some of them
   * find nobody: the caller may give way between any two.
   */
  *candidates(entry: LoggedEvent): Generator<Listener | undefined> {
    yield* this.#byType.get(entry.type) ?? [];
    for (const id of new Set([entry.userId, ...entry.concerned])) {
      if (id === undefined) continue;
      yield* this.#byOwnId.get(id) ?? [];
      for (const { listeners } of this.#byNamedId.of(id)) yield* naming(listeners, id);
    }
    if (entry.userId !== undefined && isTombstone(entry.userId)) yield* this.#namingErased(entry.userId);
    if (this.#filters.size > 0 && isUserEvent(entry.full)) yield* this.#byFilter(entry);
  }

  *#namingErased(tombstone: string): Generator<Listener | undefined> {
    for (const [watched, { listeners }] of this.#connections) {
      yield* watched.hashIds();
      const id = watched.idOfTombstone(tombstone);
      if (id !== undefined) yield* naming(listeners, id);
      yield undefined;
    }
  }

  *#byFilter(entry: LoggedEvent): Generator<Listener | undefined> {
    const { full, userBefore } = entry;
    if (!isUserEvent(full)) return;
    const found = this.#byTerm.find(full.user);
    if (userBefore) this.#byTerm.find(userBefore, found);
    // The values of an erased user are gone, so its deletion concerns every filter.
    const concerned = entry.erasedDeletion ? [this.#filters.values()] : [found, this.#withoutTerms];
    const isPublic = eventRule(entry.type)?.audience === 'public';
    let beganAt = performance.now();
    for (const groups of concerned) {
      for (const { filter, bySight } of groups) {
        for (const { sight, listeners } of bySight.values()) {
          if (sight !== 'everything' && !isPublic) continue;
          const { before, after } = filter.judge(entry, sight);
          if (before || after) yield* listeners;
          if (performance.now() - beganAt < PIECE_MS) continue;
          yield undefined;
          beganAt = performance.now();
        }
      }
    }
  }

  #addNaming(listener: Listener, userIds: Iterable<string> & { all: WatchedUsers }): () => void {
    const { all } = userIds;
    const group = this.#connections.get(all) ?? { listeners: new Set(), naming: [] };
    this.#connections.set(all, group);
    group.listeners.add(listener);
    for (const id of userIds) {
      const number = all.numberOf(id) ?? 0;
      const others = group.naming[number] ?? 0;
      group.naming[number] = others + 1;
      if (others === 0) this.#byNamedId.add(id, group);
    }
    return () => {
      group.listeners.delete(listener);
      if (group.listeners.size === 0) this.#connections.delete(all);
      for (const id of userIds) {
        const number = all.numberOf(id) ?? 0;
        const others = (group.naming[number] ?? 1) - 1;
        group.naming[number] = others;
        if (others === 0) this.#byNamedId.delete(id, group);
      }
    };
  }

  #addToFilter(listener: Listener, filter: SharedFilter): () => void {
    const group = this.#filters.get(filter) ?? this.#openGroup(filter);
    const { sight } = listener.viewer.interest;
    const key = visibilityKey(sight);
    const { listeners } = group.bySight.get(key) ?? { listeners: new Set<Listener>() };
    group.bySight.set(key, { sight, listeners: listeners.add(listener) });
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) group.bySight.delete(key);
      if (group.bySight.size > 0) return;
      group.leave();
      this.#filters.delete(filter);
    };
  }

  #openGroup(filter: SharedFilter): FilterGroup<Listener> {
    const group: FilterGroup<Listener> = {
      filter,
      bySight: new Map(),
      leave: () => undefined,
    };
    const leave = this.#byTerm.add(filter.parsed, group);
    if (!leave) this.#withoutTerms.add(group);
    group.leave = leave ?? (() => this.#withoutTerms.delete(group));
    this.#filters.set(filter, group);
    return group;
  }
}

function* naming<Listener extends Indexed>(listeners: Iterable<Listener>, id: string): Generator<Listener> {
  for (const listener of listeners) if (listener.viewer.interest.userIds?.has(id)) yield listener;
}

function addTo<Key, Item>(map: Map<Key, Set<Item>>, key: Key, item: Item): () => void {
  map.set(key, (map.get(key) ?? new Set()).add(item));
  return () => removeFrom(map, key, item);
}

function removeFrom<Key, Item>(map: Map<Key, Set<Item>>, key: Key, item: Item): void {
  const items = map.get(key);
  items?.delete(item);
  if (items?.size === 0) map.delete(key);
}
