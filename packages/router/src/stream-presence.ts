/*
 * What `live.presence` promises, for whoever builds a client on it:
 *
 * - It yields arrays of `user.presence.changed`, at most 500 in each, never an empty one but for an empty list of ids.
 * - First comes one event for every id that was asked for, in any order, in as many arrays as it takes. So a client has
 *   the whole picture when it has heard of each id once. Ids that nobody has, and users whom the caller may not see, come
 *   as offline.
 * - From then on there is an event when `online` as the caller may see it has become another, 500 ms after the change at
 *   most and a moment for those at other processes. The last state wins: what changes and changes back within that time
 *   is not sent, and `last_active` alone is no reason.
 * - A user who is invisible looks offline, and as if never active, to everybody but itself and servers.
 * - Events have no position and cannot be resumed: after a break subscribe again, and begin with the first states again.
 * - To follow other users, subscribe with the new list and end the subscription before.
 * - Whoever reads too slowly is closed with 4008, as on `live.events`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PresenceWatch, UserRow } from '@rollcall/core';
import { LIMITS, type PresenceEvent } from '@rollcall/protocol';
import type { Caller } from './caller.js';
import { awaitDrain } from './connection-limits.js';
import type { CallerConnection } from './context.js';
import { userFor } from './view.js';

/** Changes are collected for so long before they are sent. */
const COALESCE_MS = 500;

/** What a stream of presence needs. */
export interface StreamPresenceOptions {
  watch: Pick<PresenceWatch, 'watch'>;
  caller: Caller;
  userIds: readonly string[];
  connection: CallerConnection | undefined;
  signal: AbortSignal;
}

type Presence = PresenceEvent['user'];

/** Who of the asked users is here, and then who comes and goes. The comment at the top says what it promises. */
export async function* streamPresence(options: StreamPresenceOptions): AsyncGenerator<PresenceEvent[]> {
  const { watch, caller, connection, signal } = options;
  const ids = new Set(options.userIds);
  const latest = new Map<string, Presence>();
  const sent = new Map<string, boolean>();
  let wake = () => {};
  const notify = () => wake();
  const stop = watch.watch(ids, (heard, rows) => {
    for (const id of heard) latest.set(id, presenceFor(caller, id, rows.get(id)));
    wake();
  });
  signal.addEventListener('abort', notify);
  try {
    if (ids.size === 0) yield [];
    while (!signal.aborted) {
      if (latest.size === 0) {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
        continue;
      }
      if (sent.size === ids.size) await sleep(COALESCE_MS, undefined, { signal }).catch(() => undefined);
      while (latest.size > 0) {
        if (!(await awaitDrain(connection, signal))) return;
        const events = takePending(latest, sent);
        if (events.length > 0) yield events;
      }
    }
  } finally {
    stop();
    signal.removeEventListener('abort', notify);
  }
}

/** Takes a page of what has not been sent, and notes it as sent. */
function takePending(latest: Map<string, Presence>, sent: Map<string, boolean>): PresenceEvent[] {
  const events: PresenceEvent[] = [];
  for (const [id, user] of latest) {
    if (events.length === LIMITS.eventPage) break;
    latest.delete(id);
    if (sent.get(id) === user.online) continue;
    sent.set(id, user.online);
    events.push({
      type: 'user.presence.changed',
      created_at: Date.now(),
      actor: { type: 'system' },
      user,
    });
  }
  return events;
}

function presenceFor(caller: Caller, id: string, row: UserRow | undefined): Presence {
  if (!row) return { id, online: false };
  const { online, last_active } = userFor(caller, row);
  return { id, online, ...(last_active !== undefined && { last_active }) };
}
