import {
  type Actor,
  type CallEvent,
  type ChannelEvent,
  type EventType,
  eventRule,
  formatPosition,
  type Position,
  type RollcallEvent,
  type TaskEvent,
  type UserEvent,
} from '@rollcall/protocol';
import { userBefore } from '../users/model/user-changes.js';
import { type Visibility, visibilityKey, visibleChanges, visibleUser } from '../users/model/visible-user.js';
import type { EventRow } from './event-tables.js';

/**
 * One entry of the log, shared by all in this process. It never changes, and each form of it is made once, so a thousand
 * listeners cost one serialisation.
 */
export class LoggedEvent {
  readonly seq: number;
  readonly type: EventType;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The user that the event is about. */
  readonly userId: string | undefined;
  /** How long its stored text is, which bounds pages. */
  readonly textBytes: number;
  readonly #epoch: string;
  readonly #row: EventRow;
  #full: RollcallEvent | undefined;
  #seen: Map<string, RollcallEvent | undefined> | undefined;
  #before: UserEvent['user'] | undefined | null = null;

  constructor(epoch: string, row: EventRow) {
    this.seq = row.seq;
    this.type = row.type as EventType;
    this.at = row.at;
    this.userId = row.user_id;
    this.textBytes = Buffer.byteLength(row.data);
    this.#epoch = epoch;
    this.#row = row;
  }

  /** The event with everything, as a server token sees it. It is parsed on first use: most entries concern few listeners. */
  get full(): RollcallEvent {
    this.#full ??= fullForm(this.#epoch, this.#row);
    return this.#full;
  }

  get position(): Position {
    return { epoch: this.#epoch, seq: this.seq };
  }

  /** The JSON of the event with everything: what is stored, with its head. So nobody has to parse it to pass it on. */
  get text(): string {
    const head = JSON.stringify(headOf(this.#epoch, this.#row)).slice(0, -1);
    const rest = this.#row.data.slice(1, -1).trim();
    return rest === '' ? `${head}}` : `${head},${rest}}`;
  }

  /** Users whom the event concerns although it is not about one of them alone, such as the members of a channel. */
  get concerned(): readonly string[] {
    return this.understood && eventRule(this.type)?.audience === 'named'
      ? (this.full as ChannelEvent | CallEvent).user_ids
      : [];
  }

  /**
   * Whether this version knows the type, and the entry holds what its type says. Nobody can tell what is private in any
   * other entry, so only server tokens see it.
   */
  get understood(): boolean {
    const rule = eventRule(this.type);
    if (!rule) return false;
    if (rule.about === 'user') return isUserEvent(this.full);
    return rule.audience !== 'named' || Array.isArray((this.full as ChannelEvent | CallEvent).user_ids);
  }

  /** Whether it says that a deletion of users has ended. A deletion may have changed earlier entries. */
  get endsDeletion(): boolean {
    const ends =
      this.type === 'task.completed' || this.type === 'task.cancelled' || this.type === 'task.failed';
    return ends && (this.full as TaskEvent).task.type === 'users.delete';
  }

  /** The event as a viewer sees it; undefined when nothing changed that the viewer may see. */
  seenWith(visibility: Visibility): RollcallEvent | undefined {
    if (visibility === 'everything') return this.full;
    if (!this.understood) return undefined;
    const form = visibilityKey(visibility);
    this.#seen ??= new Map();
    if (!this.#seen.has(form)) this.#seen.set(form, formOf(this.full, visibility));
    return this.#seen.get(form);
  }

  /**
   * Whether it tells that a user was deleted, and erasure has taken out of it what the user was before. Nobody can say
   * any more which filters the user matched.
   */
  get erasedDeletion(): boolean {
    const { full } = this;
    if (!isUserEvent(full) || full.type !== 'user.deleted' || full.changes) return false;
    // A deletion that only went further has no changes either. By then the user had been deleted for a while.
    return full.user.deleted_at === full.created_at;
  }

  /** The teams of the user before the change; otherwise as `userBefore`, and cheaper. */
  get teamsBefore(): readonly string[] | undefined {
    const { full } = this;
    if (!isUserEvent(full) || full.type === 'user.created') return undefined;
    const change = full.changes?.teams;
    return change ? ((change.before ?? []) as string[]) : full.user.teams;
  }

  /** The user before the change; undefined for a new user, and for events that are not about a user. */
  get userBefore(): UserEvent['user'] | undefined {
    if (this.#before === null) this.#before = stateBefore(this.full);
    return this.#before;
  }
}

function fullForm(epoch: string, row: EventRow): RollcallEvent {
  return { ...headOf(epoch, row), ...(JSON.parse(row.data) as object) } as RollcallEvent;
}

function headOf(epoch: string, row: EventRow) {
  const actor: Actor = {
    type: row.actor_type as Actor['type'],
    ...(row.actor_id !== undefined && { id: row.actor_id }),
  };
  return { id: formatPosition({ epoch, seq: row.seq }), type: row.type, created_at: row.at, actor };
}

/** Types that tell of nothing but changes, so that without a change that the viewer sees there is nothing to tell. */
export const TELL_CHANGES: ReadonlySet<string> = new Set(['user.updated', 'user.banned', 'user.unbanned']);

function formOf(event: RollcallEvent, visibility: Visibility): RollcallEvent | undefined {
  if (!isUserEvent(event)) return { ...event, actor: { type: event.actor.type } };
  if (visibility === 'id') return idForm(event);
  const seen = { ...publicDetails(event), user: visibleUser(event.user, visibility) };
  // Of an erased change nobody can tell any more who saw it.
  if (!event.changes) return TELL_CHANGES.has(event.type) ? undefined : seen;
  const changes = visibleChanges(event.user, event.changes, visibility);
  return Object.keys(changes).length === 0 ? undefined : { ...seen, changes };
}

/**
 * What an event says to others than servers, beside the user and its changes. Servers alone are told why and by whom a user
 * was banned, and how much of its content an event is about: the counts hold what others do not see, such as flags, 1:1
 * channels, and messages under a shadow ban. Of who caused it others are told no more than that it was a user, unless it
 * was the user itself: a moderator need not be named to those whom it moderates, and may belong to another tenant.
 */
export function publicDetails(event: UserEvent): Omit<UserEvent, 'changes'> {
  const { reason: _reason, banned_by_id: _author, counts: _counts, changes: _changes, ...rest } = event;
  const { actor, user } = event;
  return { ...rest, actor: actor.id === user.id ? actor : { type: actor.type } };
}

/** Says that something happened to a user, but not what it was or who did it. */
export function idForm(event: UserEvent): UserEvent {
  const { id, type, created_at, actor, user } = event;
  return {
    ...(id !== undefined && { id }),
    type,
    created_at,
    actor: { type: actor.type },
    user: visibleUser(user, 'id'),
  };
}

function stateBefore(event: RollcallEvent): UserEvent['user'] | undefined {
  if (!isUserEvent(event) || event.type === 'user.created') return undefined;
  return event.changes ? userBefore(event.user, event.changes) : event.user;
}

/** Whether an event is about one user: its type decides, and not what else it holds. */
export function isUserEvent(event: RollcallEvent): event is UserEvent {
  if (eventRule(event.type)?.about !== 'user') return false;
  const { user } = event as Partial<UserEvent>;
  return typeof user === 'object' && user !== null;
}
