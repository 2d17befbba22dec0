import type { PresenceEvent, User } from '@rollcall/client';

/** One user, or an id of which somebody wants to know what it is. */
interface Row {
  /** As the server has told it last. */
  stored?: User | undefined;
  /** The same with its presence and the changes that are under way. */
  user?: User | undefined;
  /** Whether it is online, while that is followed: what is written with a user may be older. */
  presence?: PresenceEvent['user'] | undefined;
  /** The changes that the server has not answered yet. */
  changes: Set<(user: User) => User>;
  /** When it was told, by the clock of the table. */
  at: number;
}

/**
 * The users that somebody reads, each once. `revision` decides which of two states is newer, so it does not matter in which
 * order answers and events arrive. A user who stays as it was stays the same object.
 */
export interface UserTable {
  readonly rows: Map<string, Row>;
  /** The row of a user; it is made if there is none. From now on the table keeps what it is told of the user. */
  row(id: string): Row;
  /** The user, as far as it is known. */
  get(id: string): User | undefined;
  /** The present moment, to be passed with the answer to a question that is asked now. */
  now(): number;
  /**
   * Takes over a state of a user, unless it knows a newer one.
   * @param asked when an answer was asked for. Without it, it is an event.
   * @returns whether it was as new as what was known.
   */
  put(user: User, asked?: number): boolean;
  /** Works out what is shown of a row. */
  show(row: Row): void;
  /** Takes over whether a user is online. */
  present(user: PresenceEvent['user']): void;
  /** Nobody follows a user any more: from now on its presence is as old as the rest of it. */
  unfollow(id: string): void;
  /** Events were missed: the next state of each user is taken over, even if its revision is lower. */
  doubt(): void;
}

/** @param changed is called when what the table shows has changed. */
export function createUserTable(changed: () => void): UserTable {
  const rows: UserTable['rows'] = new Map();
  let clock = 0;
  /** Rows that were told before this are in doubt. */
  let doubtful = 0;

  const row = (id: string): Row => {
    const found = rows.get(id) ?? { at: 0, changes: new Set() };
    rows.set(id, found);
    return found;
  };
  const show = (one: Row) => {
    one.user = one.stored && { ...one.stored, ...one.presence };
    for (const change of one.changes) one.user &&= change(one.user);
    changed();
  };
  return {
    rows,
    row,
    show,
    get: id => rows.get(id)?.user,
    now: () => clock,
    put(user, asked = clock) {
      const one = row(user.id);
      const { stored, at } = one;
      const newer = stored && at > doubtful ? user.revision - stored.revision : 1;
      // Private fields change without a new revision: then an event counts more than an answer that was asked for before it.
      if (newer < 0 || (!newer && at > asked)) return false;
      clock += 1;
      one.at = clock;
      if (JSON.stringify(user) !== JSON.stringify(stored)) {
        one.stored = user;
        show(one);
      }
      return true;
    },
    present(user) {
      const one = row(user.id);
      // An invisible user was never active: then the field has to go.
      one.presence = { ...user, last_active: user.last_active };
      show(one);
    },
    unfollow(id) {
      const one = rows.get(id);
      if (!one?.presence) return;
      one.stored &&= { ...one.stored, ...one.presence };
      one.presence = undefined;
    },
    doubt() {
      doubtful = clock;
    },
  };
}
