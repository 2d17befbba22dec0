import type { User } from '@rollcall/client';
import type { Entry } from './entry.js';
import { fault } from './fault.js';
import type { Session } from './session.js';

/** What can be done with the connected user. */
interface MeActions {
  update: Session['updateMe'];
}

/** The connected user. Its events arrive without being asked for. */
export function meEntry(session: Session): Entry<User, MeActions> {
  return session.entry('me', () => ({
    async open(signal) {
      const { ownId: id } = session;
      if (!id) throw fault('NOT_ALLOWED', 'the provider has connected nobody who is a user');
      session.watches.hold([id], signal);
      await session.watches.read(id);
    },
    read: () => session.users.get(session.ownId ?? ''),
    actions: () => ({ update: session.updateMe }),
  }));
}
