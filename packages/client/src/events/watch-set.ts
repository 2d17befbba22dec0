import { type ErrorCode, isUserId, LIMITS, RollcallError, USER_ID_RULE } from '@rollcall/protocol';

/**
 * The ids travel in one message. The rest of it needs room, too: the quotes and commas, and what stands around the
 * list.
 */
const MAX_BYTES = LIMITS.frameBytes - 64 * 1024;

/**
 * The users that a client watches: those that it wants, and those that the server has taken. A change that the server
 * refuses is undone. Later changes stay.
 */
export class WatchSet {
  readonly #ownId: string | undefined;
  #wanted: ReadonlySet<string> = new Set();
  #taken: ReadonlySet<string> = new Set();

  /** @param ownId the connected user, whose events always arrive. */
  constructor(ownId?: string) {
    this.#ownId = ownId;
  }

  /** @throws RollcallError `INPUT_INVALID` for an invalid id, or for more ids than a connection can watch. */
  add(ids: Iterable<string>): void {
    const wanted = new Set(this.#wanted);
    for (const id of ids) {
      if (!isUserId(id))
        throw new RollcallError('INPUT_INVALID', `${USER_ID_RULE}; "${id}" is not valid`, {
          field: 'user_ids',
        });
      if (id !== this.#ownId) wanted.add(id);
    }
    const bytes = [...wanted].reduce((sum, id) => sum + id.length + 3, 0);
    if (wanted.size > LIMITS.watchedUsersPerConnection || bytes > MAX_BYTES) {
      const message = `a connection watches at most ${LIMITS.watchedUsersPerConnection} users, whose ids take at most ${MAX_BYTES} bytes together; these are ${wanted.size} users and ${bytes} bytes`;
      throw new RollcallError('INPUT_INVALID', message, { field: 'user_ids' });
    }
    this.#wanted = wanted;
  }

  remove(ids: Iterable<string>): void {
    const wanted = new Set(this.#wanted);
    for (const id of ids) wanted.delete(id);
    this.#wanted = wanted;
  }

  /** The users to ask the server for. */
  get wanted(): ReadonlySet<string> {
    return this.#wanted;
  }

  /** The users that the server has taken. */
  get taken(): ReadonlySet<string> {
    return this.#taken;
  }

  /** Whether the server has to be asked. */
  get changed(): boolean {
    return this.#wanted.size !== this.#taken.size || [...this.#wanted].some(id => !this.#taken.has(id));
  }

  /** Notes that the server has taken this set. */
  take(asked: ReadonlySet<string>): void {
    this.#taken = asked;
  }

  /** Notes that the server has refused this set: the users that it had added are no longer wanted. */
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

/** Whether an error is a limit of the server. There may be room when less is asked for. */
export function isLimit(error: unknown): boolean {
  return error instanceof RollcallError && error.code === 'RATE_LIMITED' && !error.unrecoverable;
}

/** Whether an error is about what was asked for, such as a watch set, and not about the caller. */
export function isRefusedInput(error: unknown): boolean {
  return error instanceof RollcallError && REFUSED_INPUT.includes(error.code);
}
