import { useUsers } from '@rollcall/react';
import { Person } from './person.js';

/** Everybody, the newest first. Nobody moves by themselves: those who are new wait for the button. */
export function People() {
  const list = useUsers({}, [{ field: 'created_at', direction: -1 }], { presence: true });
  if (!list.data) return <p role="status">{list.error?.message ?? 'One moment …'}</p>;
  const { users, left, newCount, hasMore } = list.data;
  return (
    <section className="card" aria-labelledby="people">
      <h2 id="people">People</h2>
      <p aria-live="polite">
        {newCount > 0 && (
          <button type="button" onClick={list.showNew}>
            {newCount} new
          </button>
        )}
      </p>
      <ul>
        {users.map(user => (
          <Person key={user.id} user={user} gone={left.has(user.id)} />
        ))}
      </ul>
      {hasMore && (
        <button type="button" onClick={list.loadMore} disabled={list.reloading}>
          More
        </button>
      )}
    </section>
  );
}
