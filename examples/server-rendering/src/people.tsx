import type { User } from '@rollcall/client';
import { useUsers } from '@rollcall/react';
import { NEWEST_FIRST, PAGE_SIZE } from './first.js';

/** The list. It is the server's until the browser has read its own, and follows that from then on. */
export function People({ first }: { first: User[] }) {
  const list = useUsers({}, NEWEST_FIRST, { presence: true, limit: PAGE_SIZE });
  const { users, newCount } = list.data ?? { users: first, newCount: 0 };
  return (
    <section aria-labelledby="people">
      <h2 id="people">People</h2>
      {list.error && <p role="alert">{list.error.message}</p>}
      <p aria-live="polite">
        {newCount > 0 && (
          <button type="button" onClick={list.showNew}>
            {newCount} new
          </button>
        )}
      </p>
      <ul>
        {users.map(({ id, name = id, online }) => (
          <li key={id}>
            <b>{name}</b> <span>{online ? 'here' : 'away'}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
