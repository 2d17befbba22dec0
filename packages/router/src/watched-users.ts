import { tombstoneOf } from '@rollcall/core';
import type { PresenceEvent } from '@rollcall/protocol';
import type { CallerBudget } from './caller-budget.js';
import { NumberSet } from './number-set.js';

/** What an id costs in memory beside its text. */
const BESIDE_ID_BYTES = 64;

/** So many ids take a fifth of a millisecond. */
const HASHED_AT_ONCE = 100;

/** Most connections never meet a tombstone. */
const NO_MARKS = new Uint32Array(0);

/** A user whom a connection watches. */
interface Watched {
  number: number;
  /** The subscriptions that watch the user. */
  subscriptions: number;
}

/** What a caller may watch over all its connections. */
export type WatchedIdBudget = Pick<CallerBudget, 'takeWatchedIds' | 'giveWatchedIds'>;

/**
 * The users whom the subscriptions of one connection watch. Each id is kept once, under a number, and a subscription keeps
 * a bit for each number: so a connection that names the same ten thousand users in a hundred subscriptions costs little
 * more than with one.
 */
export class WatchedUsers {
  readonly #users = new Map<string, Watched>();
  readonly #ids: (string | undefined)[] = [];
  readonly #free: number[] = [];
  /** The first 32 bits of the tombstone of each id, by number. They cost little memory, and an id that has them is hashed. */
  #marks = NO_MARKS;
  /** The numbers below have their marks. */
  #marked = 0;
  /** All listeners of a connection ask for the same tombstone, one after the other. */
  #lastFound: { tombstone: string; id: string | undefined } | undefined;
  /** Where the ids count: with the caller who began to watch, for as long as anybody is watched. */
  #budget: WatchedIdBudget | undefined;
  #presenceByRow: WeakMap<object, PresenceEvent['user']> | undefined;
  /** The presence of each user that was heard last, by number; all subscriptions of a connection see the same. */
  readonly presence: (PresenceEvent['user'] | undefined)[] = [];
  /** The same by what was read of the user, for as long as somebody else keeps that. */
  get presenceByRow(): WeakMap<object, PresenceEvent['user']> {
    this.#presenceByRow ??= new WeakMap();
    return this.#presenceByRow;
  }

  /** How many users are watched. */
  get size(): number {
    return this.#users.size;
  }

  /** How many users would be watched if these were, too. */
  sizeWith(ids: Iterable<string>): number {
    return this.#users.size + this.#added(ids).size;
  }

  /**
   * Watches these users for one subscription, until the set is released.
   * @param budget where their ids count; absent: nowhere.
   * @throws RollcallError `RATE_LIMITED` when the budget has no room for them; then nobody more is watched.
   */
  take(ids: Iterable<string>, budget?: WatchedIdBudget): WatchedSet {
    if (this.#users.size === 0) this.#budget = budget;
    let bytes = 0;
    for (const id of this.#added(ids)) bytes += bytesOf(id);
    this.#budget?.takeWatchedIds(bytes);
    this.#lastFound = undefined;
    const numbers = new NumberSet();
    for (const id of ids) {
      const user = this.#users.get(id) ?? this.#enter(id);
      if (numbers.add(user.number)) user.subscriptions += 1;
    }
    return new WatchedSet(this, numbers);
  }

  /** Takes the users of a set out again, unless other subscriptions watch them. */
  release(numbers: NumberSet): void {
    let bytes = 0;
    for (const number of numbers) {
      const id = this.#ids[number];
      const user = id === undefined ? undefined : this.#users.get(id);
      if (id === undefined || !user) continue;
      user.subscriptions -= 1;
      if (user.subscriptions > 0) continue;
      this.#users.delete(id);
      bytes += bytesOf(id);
      this.#ids[number] = undefined;
      this.presence[number] = undefined;
      this.#free.push(number);
    }
    this.#lastFound = undefined;
    if (this.#users.size === 0) this.#marked = 0;
    this.#budget?.giveWatchedIds(bytes);
  }

  numberOf(id: string): number | undefined {
    return this.#users.get(id)?.number;
  }

  idOf(number: number): string {
    return this.#ids[number] ?? '';
  }

  /**
   * Hashes the ids, so that {@link idOfTombstone} does not have to. It takes time, so it begins when a tombstone is first
   * met, and others may have their turn between two steps.
   */
  *hashIds(): Generator<undefined> {
    while (this.#marked < this.#ids.length) {
      const id = this.#ids[this.#marked];
      if (id !== undefined) this.#mark(this.#marked, id);
      this.#marked += 1;
      if (this.#marked % HASHED_AT_ONCE === 0) yield undefined;
    }
  }

  /** The watched id that a tombstone stands for. */
  idOfTombstone(tombstone: string): string | undefined {
    if (this.#lastFound?.tombstone === tombstone) return this.#lastFound.id;
    for (const _ of this.hashIds());
    const mark = markOf(tombstone);
    let number = this.#marks.indexOf(mark);
    while (number >= 0 && !this.#standsFor(tombstone, number)) number = this.#marks.indexOf(mark, number + 1);
    const id = number < 0 ? undefined : this.#ids[number];
    this.#lastFound = { tombstone, id };
    return id;
  }

  #standsFor(tombstone: string, number: number): boolean {
    const id = this.#ids[number];
    return id !== undefined && tombstoneOf(id) === tombstone;
  }

  #mark(number: number, id: string): void {
    if (number >= this.#marks.length) {
      const grown = new Uint32Array(Math.max(2 * this.#marks.length, this.#ids.length));
      grown.set(this.#marks);
      this.#marks = grown;
    }
    this.#marks[number] = markOf(tombstoneOf(id));
  }

  /** Those of these users who are not watched yet. */
  #added(ids: Iterable<string>): Set<string> {
    const added = new Set<string>();
    for (const id of ids) if (!this.#users.has(id)) added.add(id);
    return added;
  }

  #enter(id: string): Watched {
    const user = { number: this.#free.pop() ?? this.#ids.length, subscriptions: 0 };
    this.#ids[user.number] = id;
    this.#users.set(id, user);
    if (user.number < this.#marked) this.#mark(user.number, id);
    return user;
  }
}

/** The users whom one subscription watches. */
export class WatchedSet implements Iterable<string> {
  readonly all: WatchedUsers;
  readonly numbers: NumberSet;

  constructor(all: WatchedUsers, numbers: NumberSet) {
    this.all = all;
    this.numbers = numbers;
  }

  get size(): number {
    return this.numbers.size;
  }

  has(id: string): boolean {
    const number = this.all.numberOf(id);
    return number !== undefined && this.numbers.has(number);
  }

  /** The id of this set that a tombstone stands for. */
  idOfTombstone(tombstone: string): string | undefined {
    const id = this.all.idOfTombstone(tombstone);
    return id !== undefined && this.has(id) ? id : undefined;
  }

  release(): void {
    this.all.release(this.numbers);
  }

  *[Symbol.iterator](): Generator<string> {
    for (const number of this.numbers) yield this.all.idOf(number);
  }
}

function markOf(tombstone: string): number {
  return Number.parseInt(tombstone.slice(-8), 16);
}

function bytesOf(id: string): number {
  return Buffer.byteLength(id) + BESIDE_ID_BYTES;
}
