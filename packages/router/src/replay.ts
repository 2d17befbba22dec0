import { isUserEvent, type LoggedEvent, type LogPage, type PresentUsers } from '@rollcall/core';
import { LIMITS, type Position, type RollcallEvent, type User } from '@rollcall/protocol';
import type { Caller } from './caller.js';
import { textOf } from './encode-frame.js';
import type { EventViewer, ShapedPage } from './event-viewer.js';
import type { Turn } from './slices.js';
import { seenNow } from './view.js';

/**
 * A user token may always go back this far. Further back it hears again only what came after the first live connection of
 * its user. The clocks of processes may differ by less than this.
 */
const ALWAYS_MS = 5 * 60_000;

/** Users that one read asks for: at first the fewest, for a user can be 16 KiB long, and then about as many as fit a page. */
const USERS_PER_READ = { fewest: 50, most: 200 };

/** A user as the listener sees it now, and how long that is as text. */
interface Present {
  user: User;
  bytes: number;
}

/**
 * What a user token hears again when it resumes: the entries of the log between its position and the end that the log had
 * when it came back. What was written for those who could see it then is shown as the listener may see it now, too
 * (docs/contract/events.md). What is about the listener's own user stays as it was.
 */
export class Replay {
  readonly #caller: Caller;
  readonly #viewer: EventViewer;
  readonly #users: Pick<PresentUsers, 'find'>;
  /** Where it ends. What comes later is news, and told as it happens. */
  readonly end: Position;
  /** How many entries to read for the next page. Users who have grown since make pages longer than the log says. */
  limit: number = LIMITS.eventPage;
  #usersPerRead = USERS_PER_READ.fewest;

  constructor(
    { caller, viewer, users }: { caller: Caller; viewer: EventViewer; users: Pick<PresentUsers, 'find'> },
    end: Position,
  ) {
    this.#caller = caller;
    this.#viewer = viewer;
    this.#users = users;
    this.end = end;
  }

  /** The first page; a listener that may not go back so far is to read afresh instead. */
  admit(page: LogPage): LogPage {
    const [first] = 'events' in page ? page.events : [];
    const listensSince = this.#caller.kind === 'user' ? this.#caller.listensSince : undefined;
    const from = Math.min(listensSince ?? Date.now(), Date.now()) - ALWAYS_MS;
    return first && first.at < from ? { resyncAt: this.end } : page;
  }

  /** Whether what follows a position is heard again. Where a standby took over meanwhile, the log counts on in another epoch. */
  goesBeyond(position: Position): boolean {
    return position.seq < this.end.seq;
  }

  /** The events of a page of the log, as many as a page may hold. */
  async shape(page: { events: readonly LoggedEvent[]; upTo: Position }, turn: Turn): Promise<ShapedPage> {
    const { events: entries, upTo } = page;
    const present = new Map<string, Present | undefined>();
    const events: RollcallEvent[] = [];
    let bytes = 0;
    let known = 0;
    for (const [index, entry] of entries.entries()) {
      if (index === known) known += await this.#lookAhead(entries.slice(index), present, turn);
      const wait = turn();
      if (wait) await wait;
      const event = this.#see(entry, present);
      if (!event) continue;
      bytes += lengthOf(event, entry, present);
      if (bytes > LIMITS.eventPageBytes && events.length > 0) {
        this.limit = index;
        return { events, upTo: { ...upTo, seq: entry.seq - 1 } };
      }
      events.push(event);
    }
    if (bytes < LIMITS.eventPageBytes / 2) this.limit = Math.min(2 * this.limit, LIMITS.eventPage);
    return { events, upTo };
  }

  #otherIn(entry: LoggedEvent): string | undefined {
    return entry.seq <= this.end.seq ? this.#viewer.otherIn(entry) : undefined;
  }

  #see(entry: LoggedEvent, present: ReadonlyMap<string, Present | undefined>): RollcallEvent | undefined {
    const other = this.#otherIn(entry);
    return other === undefined
      ? this.#viewer.see(entry)
      : this.#viewer.seeReplayed(entry, present.get(other)?.user);
  }

  /** Reads the users of the next entries. @returns of how many. */
  async #lookAhead(
    entries: readonly LoggedEvent[],
    present: Map<string, Present | undefined>,
    turn: Turn,
  ): Promise<number> {
    // What is not shown in the end is not held either: a page may be about more users than it shows.
    if (lengthOfAll(present) > LIMITS.eventPageBytes) present.clear();
    const ids = new Set<string>();
    let count = 0;
    for (const entry of entries) {
      if (ids.size === this.#usersPerRead) break;
      count += 1;
      const wait = turn();
      if (wait) await wait;
      const id = this.#otherIn(entry);
      if (id !== undefined && !present.has(id) && this.#viewer.selects(entry)) ids.add(id);
    }
    if (ids.size === 0) return count;
    for (const id of ids) present.set(id, undefined);
    for (const one of await this.#users.find([...ids], this.end)) {
      const user = seenNow(this.#caller, one);
      if (user) present.set(one.id, { user, bytes: Buffer.byteLength(textOf(user)) });
    }
    const fitting = Math.floor(LIMITS.eventPageBytes / (lengthOfAll(present) / present.size + 1));
    this.#usersPerRead = Math.min(Math.max(fitting, USERS_PER_READ.fewest), USERS_PER_READ.most);
    return count;
  }
}

function lengthOfAll(present: ReadonlyMap<string, Present | undefined>): number {
  let bytes = 0;
  for (const one of present.values()) bytes += one?.bytes ?? 0;
  return bytes;
}

/** Roughly: what an event has beside its user and its changes is short. */
function lengthOf(
  event: RollcallEvent,
  entry: LoggedEvent,
  present: ReadonlyMap<string, Present | undefined>,
): number {
  const shown = isUserEvent(event) ? present.get(event.user.id) : undefined;
  if (!shown || !isUserEvent(event) || event.user !== shown.user) return entry.textBytes;
  return shown.bytes + (event.changes ? Buffer.byteLength(textOf(event.changes)) : 0);
}
