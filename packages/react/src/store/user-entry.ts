import type { User } from '@rollcall/client';
import type { Entry } from './entry.js';
import { fault } from './fault.js';
import type { Session } from './session.js';

/** One user by its id. */
export function userEntry(session: Session, id: string): Entry<User> {
  const { users, watches } = session;
  return session.entry(`user ${id}`, () => ({
    async open(signal) {
      users.row(id);
      watches.hold([id], signal);
      await watches.read(id);
      if (!users.get(id)) throw fault('USER_NOT_FOUND', `no user "${id}" exists that you may see`);
    },
    read: () => users.get(id),
    ids: () => [id],
  }));
}
