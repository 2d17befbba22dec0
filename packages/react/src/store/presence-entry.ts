import type { PresenceEvent } from '@rollcall/client';
import { canonicalKey } from './canonical-key.js';
import type { Entry } from './entry.js';
import { sameParts } from './same-parts.js';
import type { Session } from './session.js';

/** Who is online, by id. */
export type Presences = Readonly<Record<string, PresenceEvent['user']>>;

/** The presence of some users, in whatever order. */
export function presenceEntry(session: Session, some: readonly string[]): Entry<Presences> {
  const { users, watches } = session;
  const ids = [...new Set(some)].sort();
  return session.entry(canonicalKey('presence', ids), () => {
    let last: Presences | undefined;
    return {
      async open(signal, { fail }) {
        for (const id of ids) users.row(id);
        await watches.presence(ids, signal, fail);
        last ??= {};
      },
      read() {
        const now: Presences = Object.fromEntries(
          ids.map(id => [id, users.rows.get(id)?.presence ?? last?.[id] ?? { id, online: false }]),
        );
        if (last && !sameParts(last, now)) last = now;
        return last;
      },
      ids: () => ids,
    };
  });
}
