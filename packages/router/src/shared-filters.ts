import { createHash } from 'node:crypto';
import {
  compileMatcher,
  fieldsOfFilter,
  isFoundByDefault,
  isUserEvent,
  type LoggedEvent,
  MatchSubject,
  touches,
  type Visibility,
  visibilityKey,
  visibleUser,
} from '@rollcall/core';
import type { ParsedFilter, User, UserEvent } from '@rollcall/protocol';

/** Whether a user matches before and after a change. */
export interface Matched {
  before: boolean;
  after: boolean;
}

/** All answers there are, so that whatever keeps one keeps no object of its own. */
const ANSWERS: readonly Matched[] = [
  { before: false, after: false },
  { before: false, after: true },
  { before: true, after: false },
  { before: true, after: true },
];

/** The answer with these parts. */
export function matchedOf(before: boolean, after: boolean): Matched {
  return ANSWERS[(before ? 2 : 0) + (after ? 1 : 0)] as Matched;
}

/**
 * A filter, for all listeners that have it. A judgement depends on the filter, the entry, and how much of the user the
 * viewer sees, and on nothing else; so it is shared by those viewers for whom all three are the same. What else decides
 * what a listener receives (its tenant, its own user) is decided for each listener by itself.
 */
export class SharedFilter {
  readonly parsed: ParsedFilter;
  readonly #matches: ReturnType<typeof compileMatcher>;
  readonly #fields: readonly string[];
  /** The last judgement: its listeners ask for it once more, one after the other. */
  #judged: object | undefined;
  #matched: Matched = matchedOf(false, false);

  constructor(parsed: ParsedFilter) {
    this.parsed = parsed;
    this.#matches = compileMatcher(parsed);
    this.#fields = fieldsOfFilter(parsed);
  }

  /**
   * Whether the user of an entry matches before and after it, as a viewer with this visibility sees the user. Otherwise the
   * filter would reveal what is hidden from the viewer. Neither for an entry that is about no user.
   */
  judge(entry: LoggedEvent, visibility: Visibility): Matched {
    const { full } = entry;
    if (!isUserEvent(full)) return matchedOf(false, false);
    const key = visibilityKey(visibility);
    const seen = seenIn(entry, visibility, key);
    if (this.#judged === seen.token) return this.#matched;
    const { before, after } = seen;
    // Nobody knows any more whether an erased user was in the set. It is not now, and who may have it has to drop it.
    const matchedBefore = entry.erasedDeletion || (before !== undefined && this.#matches(before));
    this.#matched = matchedOf(matchedBefore, after !== undefined && this.#matches(after));
    this.#judged = seen.token;
    return this.#matched;
  }

  /**
   * Whether the user of an event that is replayed matches after it and before it, judged by what the user is now and by
   * nothing that it was: otherwise a filter would find out values that are gone, one guess after the other. After it the
   * user matches if it matches now. If the event may have decided that, alone or together with later ones, it is told as
   * if it had.
   * @param event as the viewer is shown it, with the user as it is now.
   * @param joined whether the viewer did not see the user before.
   */
  judgeReplayed(event: UserEvent, joined: boolean): Matched {
    const { type, user, changes } = event;
    // These say by their type that no query finds the user after them.
    if (type === 'user.deleted' || type === 'user.deactivated') return matchedOf(true, false);
    const now = Date.now();
    const subject = isFoundByDefault(user) ? new MatchSubject(user, now) : undefined;
    const after = subject !== undefined && this.#matches(subject);
    if (joined || type === 'user.created') return matchedOf(false, after);
    if (!changes) return matchedOf(after, after);
    const touched = touches(changes);
    const mayDecide =
      touched('deleted_at') ||
      touched('deactivated_at') ||
      (subject !== undefined && this.#mayHaveDecided(subject, after, touched));
    return matchedOf(mayDecide ? !after : after, after);
  }

  #mayHaveDecided(subject: MatchSubject, after: boolean, touched: (field: string) => boolean): boolean {
    if (after) return this.#matches(subject, touched) === undefined;
    // Of two changes that end a match, none decides by what the user is now: the other alone would have ended it, too.
    return this.#fields.some(touched);
  }
}

/**
 * The user of an entry before and after it, as one visibility shows it; undefined while no query would find the user.
 * Matched means found by a query with the filter: so a listener that keeps the set keeps what the query finds.
 */
interface Seen {
  before: MatchSubject | undefined;
  after: MatchSubject | undefined;
  /** Stands for the entry, so that a memo of it does not keep what the entry holds. */
  token: object;
}

const seenByEntry = new WeakMap<LoggedEvent, Map<string, Seen>>();

/**
 * What was judged last, which alone keeps what was found in the users: that can be large beside them, and entries live
 * long. A few are enough, because those who have caught up judge one entry for all filters and then the next.
 */
const seenLast = new Set<Seen>();
const MAX_SEEN_LAST = 8;

/** What was asked for last: all filters that judge an entry ask for the same. */
let latest: { entry: LoggedEvent; key: string; seen: Seen } | undefined;

/** Made once for all filters. */
function seenIn(entry: LoggedEvent, visibility: Visibility, key: string): Seen {
  if (latest?.entry === entry && latest.key === key) return latest.seen;
  const known = seenByEntry.get(entry) ?? new Map<string, Seen>();
  seenByEntry.set(entry, known);
  const seen = known.get(key) ?? {
    before: subjectOf(entry, entry.userBefore, visibility),
    after: subjectOf(entry, (entry.full as UserEvent).user, visibility),
    token: {},
  };
  known.set(key, seen);
  keepFound(seen);
  latest = { entry, key, seen };
  return seen;
}

function subjectOf(
  { full }: LoggedEvent,
  user: User | undefined,
  visibility: Visibility,
): MatchSubject | undefined {
  const shown = user && visibleUser(user, visibility);
  return shown && isFoundByDefault(shown) ? new MatchSubject(shown, full.created_at) : undefined;
}

function keepFound(seen: Seen): void {
  if (seenLast.has(seen)) return;
  seenLast.add(seen);
  if (seenLast.size <= MAX_SEEN_LAST) return;
  const [oldest] = seenLast;
  if (!oldest) return;
  seenLast.delete(oldest);
  oldest.before?.forget();
  oldest.after?.forget();
}

/** The filters that listeners have now, each once, however many have it. */
export class SharedFilters {
  readonly #filters = new Map<string, { filter: SharedFilter; users: number }>();

  /** How many different filters there are. */
  get size(): number {
    return this.#filters.size;
  }

  /** The filter that stands for all that are equal to this one. The caller releases it in the end. */
  take(parsed: ParsedFilter): { filter: SharedFilter; release: () => void } {
    // Filters can be long: a digest stands for the text.
    const key = createHash('sha256').update(JSON.stringify(parsed)).digest('base64');
    const shared = this.#filters.get(key) ?? { filter: new SharedFilter(parsed), users: 0 };
    this.#filters.set(key, shared);
    shared.users += 1;
    const release = () => {
      shared.users -= 1;
      if (shared.users === 0) this.#filters.delete(key);
    };
    return { filter: shared.filter, release };
  }
}
