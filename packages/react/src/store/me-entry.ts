import type { Client, PartialUserUpdate, User } from '@rollcall/client';
import type { Entry } from './entry.js';
import { fault } from './fault.js';
import { withUpdate } from './optimistic.js';
import type { Session } from './session.js';

/** What can be done with the connected user. */
interface MeActions {
  /** Changes it, and shows the change at once. It is taken back when the server refuses it. */
  update(update: Omit<PartialUserUpdate, 'id'>): Promise<User>;
}

/** The connected user. Its events arrive without being asked for. */
export function meEntry(session: Session): Entry<User, MeActions> {
  const { users, watches } = session;
  const ownId = () => {
    if (session.ownId) return session.ownId;
    throw fault('NOT_ALLOWED', 'the provider has connected nobody who is a user');
  };
  const update: MeActions['update'] = async given => {
    const id = ownId();
    const { life } = session;
    const row = users.row(id);
    const change = (user: User) => withUpdate(user, given);
    row.changes.add(change);
    users.show(row);
    try {
      const user = await (session.client as Client).partialUpdateUser({ ...given, id });
      if (life === session.life) users.put(user);
      return user;
    } finally {
      row.changes.delete(change);
      users.show(row);
    }
  };
  return session.entry('me', () => ({
    async open(signal) {
      const id = ownId();
      watches.hold([id], signal);
      await watches.read(id);
    },
    read: () => users.get(session.ownId ?? ''),
    actions: () => ({ update }),
  }));
}
