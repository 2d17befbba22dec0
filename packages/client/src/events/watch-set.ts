import { type ErrorCode, LIMITS, RollcallError } from '@rollcall/protocol';
import { isUserId, USER_ID_RULE } from '../users/users.js';

/** The ids travel in one message; the quotes and commas around them, and the rest of it, need room as well. */
const MAX_BYTES = LIMITS.frameBytes - 64 * 1024;

/**
 * The users that a client watches: those it asks for, and those that the server has taken. A change that the server
 * refuses is undone, and leaves the changes after it in place.
 */
export class WatchSet {
  readonly #ownId: string | undefined;
  #wanted: ReadonlySet<string> = new Set();
  #taken: ReadonlySet<string> = new Set();

  /** @param ownId who is always watched, without being asked for. */
  constructor(ownId?: string) {
    this.#ownId = ownId;
  }

  /** @throws RollcallError `INPUT_INVALID` for an id that is none, or for more than a connection can watch. */
  add(ids: Iterable<string>): void {
    const wanted = new Set(this.#wanted);
    for (const id of ids) {
      if (!isUserId(id))
        throw new RollcallError('INPUT_INVALID', `${USER_ID_RULE}; "${id}" is none`, { field: 'user_ids' });
      if (id !== this.#ownId) wanted.add(id);
    }
    const bytes = [...wanted].reduce((sum, id) => sum + id.length + 3, 0);
    if (wanted.size > LIMITS.watchedUsersPerConnection || bytes > MAX_BYTES) {
      const message = `a connection watches at most ${LIMITS.watchedUsersPerConnection} users, with ids of ${MAX_BYTES} bytes in all; these are ${wanted.size}`;
      throw new RollcallError('INPUT_INVALID', message, { field: 'user_ids' });
    }
    this.#wanted = wanted;
  }

  remove(ids: Iterable<string>): void {
    const wanted = new Set(this.#wanted);
    for (const id of ids) wanted.delete(id);
    this.#wanted = wanted;
  }

  /** What the server is to be asked for. */
  get wanted(): ReadonlySet<string> {
    return this.#wanted;
  }

  /** What the server has taken. */
  get taken(): ReadonlySet<string> {
    return this.#taken;
  }

  /** Whether the server has to be asked. */
  get changed(): boolean {
    return this.#wanted.size !== this.#taken.size || [...this.#wanted].some(id => !this.#taken.has(id));
  }

  /** The server has taken this set. */
  take(asked: ReadonlySet<string>): void {
    this.#taken = asked;
  }

  /** The server has refused this set: what it had added is no longer wanted. */
  refuse(asked: ReadonlySet<string>): void {
    this.remove([...asked].filter(id => !this.#taken.has(id)));
  }
}

const REFUSED_INPUT: readonly ErrorCode[] = [
  'INPUT_INVALID',
  'PAYLOAD_TOO_LARGE',
  'NOT_ALLOWED',
  'USER_NOT_FOUND',
];

/** Whether an error refuses what was asked for, and not who asks. */
export function isRefusedInput(error: unknown): boolean {
  return error instanceof RollcallError && REFUSED_INPUT.includes(error.code);
}
