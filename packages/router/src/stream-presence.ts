/*
 * What `live.presence` promises to a client:
 *
 * - It yields arrays of at most 500 `user.presence.changed` events. Only an empty list of ids gives an empty array.
 * - First it yields one event for every id in the input, in any order, in as many arrays as needed. A client knows the
 *   state of all users when it has received each id once. Unknown ids, and users whom the caller may not see, come as
 *   offline.
 * - After that it yields an event when `online`, as the caller may see it, has changed: at most 500 ms after the change,
 *   and a moment later for changes at other processes. Only the last state counts: a change that is undone within that time
 *   is not sent, and `last_active` alone causes no event.
 * - A user who is deactivated or deleted is offline from that moment on, whatever becomes of its connections.
 * - An invisible user looks offline and never active to everyone but itself and servers.
 * - Events have no position and cannot be resumed. After a break, subscribe again; the first states come again.
 * - To watch other users, subscribe with the new list and end the earlier subscription.
 * - A client that reads too slowly is closed with 4008, as on `live.events`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PresenceWatch, UserRow } from '@rollcall/core';
import { LIMITS, type PresenceEvent } from '@rollcall/protocol';
import type { Caller } from './caller.js';
import type { CallerConnection } from './context.js';
import { NumberSet } from './number-set.js';
import { takeTurn } from './take-turn.js';
import { userFor } from './view.js';
import type { WatchedSet, WatchedUsers } from './watched-users.js';

/** How long changes are collected before they are sent. */
const COALESCE_MS = 500;

/** Options of a stream of presence. */
export interface StreamPresenceOptions {
  watch: Pick<PresenceWatch, 'watch' | 'isGone'>;
  caller: Caller;
  /** The users whose presence is followed. */
  watched: WatchedSet;
  connection: CallerConnection | undefined;
  signal: AbortSignal;
}

type Presence = PresenceEvent['user'];

/** What one stream keeps: a bit or two for each user. */
interface Told {
  /** The users of whom there may be something to tell. */
  pending: NumberSet;
  /** Those whose first state was sent. */
  known: NumberSet;
  /** Those who were sent as online. */
  online: NumberSet;
}

/** The presence of some users, and then its changes. The comment at the top says what it promises. */
export async function* streamPresence(options: StreamPresenceOptions): AsyncGenerator<PresenceEvent[]> {
  const { watch, caller, watched, connection, signal } = options;
  const told: Told = { pending: new NumberSet(), known: new NumberSet(), online: new NumberSet() };
  const { pending, known } = told;
  let wake = () => {};
  const notify = () => wake();
  const stop = watch.watch(watched, (heard, rows) => {
    for (const id of heard) {
      const number = watched.all.numberOf(id);
      if (number === undefined) continue;
      watched.all.presence[number] = presenceOf(watched.all, caller, { id, row: rows.get(id) });
      pending.add(number);
    }
    wake();
  });
  signal.addEventListener('abort', notify);
  try {
    if (watched.size === 0) yield [];
    while (!signal.aborted) {
      if (pending.size === 0) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
        continue;
      }
      if (known.size === watched.size) await sleep(COALESCE_MS, undefined, { signal }).catch(() => undefined);
      while (pending.size > 0) {
        const endTurn = await takeTurn(connection, signal);
        if (!endTurn) return;
        try {
          const events = takePending(told, watched, id => watch.isGone(id));
          if (events.length > 0) yield events;
        } finally {
          endTurn();
        }
      }
    }
  } finally {
    stop();
    signal.removeEventListener('abort', notify);
  }
}

/** Takes one page of the pending states, and notes them as sent. Of somebody who is gone a newer state is about to come. */
function takePending(
  { pending, known, online }: Told,
  { all }: WatchedSet,
  isGone: (id: string) => boolean,
): PresenceEvent[] {
  const events: PresenceEvent[] = [];
  for (const number of pending) {
    if (events.length === LIMITS.eventPage) break;
    pending.delete(number);
    const user = all.presence[number];
    if (user?.online && isGone(user.id)) continue;
    if (!user || (known.has(number) && online.has(number) === user.online)) continue;
    known.add(number);
    if (user.online) online.add(number);
    else online.delete(number);
    events.push({
      type: 'user.presence.changed',
      created_at: Date.now(),
      actor: { type: 'system' },
      user,
    });
  }
  return events;
}

/** How the caller sees a user, made once for all subscriptions of a connection that the same reading of a user reaches. */
function presenceOf(
  { presenceByRow }: WatchedUsers,
  caller: Caller,
  { id, row }: { id: string; row: UserRow | undefined },
): Presence {
  if (!row) return { id, online: false };
  const known = presenceByRow.get(row);
  if (known) return known;
  const { online, last_active } = userFor(caller, row);
  // Its connections are closed a moment after a deactivation or deletion, of which the listener may have heard by then.
  const active = row.deactivated_at === undefined && row.deleted_at === undefined;
  const presence = { id, online: online && active, ...(last_active !== undefined && { last_active }) };
  presenceByRow.set(row, presence);
  return presence;
}
