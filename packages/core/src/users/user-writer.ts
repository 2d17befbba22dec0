import { LIMITS, type Position, RollcallError } from '@rollcall/protocol';
import { busy, isFull } from '../database/storage-error.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { UserWrite } from './user-write.js';
import { type WriteOutcome, type Written, writeTogether } from './write-users.js';

/**
 * How many users a group writes at most, unless it is one write. What is worked out for them is done in one piece, in which
 * the process does nothing else, and all other writes wait for the group.
 */
const MOST_USERS = 2 * LIMITS.batchUsers;

const MAX_WAITING = 1000;

/** How many of those that wait are looked at for one group. Many may name the same users, and so wait for each other. */
const MOST_LOOKED_AT = 200;

/** What was written, and the end of the event log before that. */
export interface WrittenTogether extends Written {
  before: Position;
}

interface Waiting {
  write: UserWrite;
  resolve(written: WrittenTogether): void;
  reject(error: unknown): void;
}

/**
 * Writes users, and lets the calls that wait at the same moment share a transaction: its statements and its commit, which
 * waits for the disk, cost the same for a hundred calls as for one. It is group commit, and each call keeps what it would have
 * alone:
 *
 * - all or nothing: one that is refused leaves no trace, and changes nothing about the others;
 * - an order: a write that names a user, or a name, of one before it waits for the next group, and sees what that one did;
 * - an answer after the commit only.
 *
 * A group that fails for a reason that nobody knew of is written again one by one, so that a fault of one is not that of
 * all.
 */
export class UserWriter {
  readonly #unitOfWork: UnitOfWork;
  #waiting: Waiting[] = [];
  #running = 0;
  /** The users that are being written. */
  readonly #underWay = new Set<string>();

  constructor(unitOfWork: UnitOfWork) {
    this.#unitOfWork = unitOfWork;
  }

  /** How many calls wait for the next group. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws RollcallError what is wrong with the write, or `UNAVAILABLE`. */
  write(write: UserWrite): Promise<WrittenTogether> {
    // Within a transaction it belongs to that one, and waits for nobody.
    if (this.#unitOfWork.inTransaction) return this.#writeOne(write);
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= MAX_WAITING) return reject(busy('too many calls are waiting'));
      this.#waiting.push({ write, resolve, reject });
      if (this.#running < this.#unitOfWork.writesAtOnce) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running += 1;
    // All who call at this moment belong to the first group.
    await Promise.resolve();
    for (let group = this.#takeGroup(); group.length > 0; group = this.#takeGroup()) {
      const named = group.flatMap(({ write }) => write.ids);
      for (const id of named) this.#underWay.add(id);
      await this.#writeGroup(group);
      for (const id of named) this.#underWay.delete(id);
    }
    this.#running -= 1;
  }

  /** Takes those that wait, in their order, as far as they may be written together. */
  #takeGroup(): Waiting[] {
    const group: Waiting[] = [];
    const left: Waiting[] = [];
    const named = new Set(this.#underWay);
    let users = 0;
    let lookedAt = 0;
    for (const one of this.#waiting) {
      const { ids, reads = [] } = one.write;
      const fits = users === 0 || users + ids.length <= MOST_USERS;
      if (!fits || lookedAt === MOST_LOOKED_AT) break;
      lookedAt += 1;
      const apart = ![...ids, ...reads].some(id => named.has(id));
      // One that names the same user later stays behind this one, in this group and in the next.
      for (const id of ids) named.add(id);
      if (apart) {
        group.push(one);
        users += ids.length;
      } else left.push(one);
    }
    this.#waiting = [...left, ...this.#waiting.slice(lookedAt)];
    return group;
  }

  /** It never throws. */
  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const writes = group.map(({ write }) => write);
      const { before, outcomes } = await this.#unitOfWork.write(transaction =>
        writeTogether(transaction, writes),
      );
      const later: Waiting[] = [];
      for (const [place, one] of group.entries()) {
        const outcome = outcomes[place] as WriteOutcome;
        if (outcome === 'later') later.push(one);
        else if ('refused' in outcome) one.reject(outcome.refused);
        else one.resolve({ ...outcome.written, before });
      }
      this.#waiting.unshift(...later);
    } catch (error) {
      // A full disk may have room for most of them.
      const isOfAll = error instanceof RollcallError && !isFull(error.cause);
      if (group.length === 1 || isOfAll) for (const one of group) one.reject(error);
      else for (const one of group) await this.#writeGroup([one]);
    }
  }

  #writeOne(write: UserWrite): Promise<WrittenTogether> {
    return new Promise((resolve, reject) => {
      void this.#writeGroup([{ write, resolve, reject }]);
    });
  }
}
