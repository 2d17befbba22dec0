import { useEvents, useRollcall } from '@rollcall/react';
import { useState } from 'react';

const SHOWN_MS = 6_000;

/**
 * Says what others change. Hooks that read show what is now, and may leave out what was in between; `useEvents` hears every
 * event, once. It hears of the users whom this page follows, who are those in the list.
 */
export function Toasts() {
  const [toasts, setToasts] = useState<{ id: string; text: string }[]>([]);
  const client = useRollcall();

  useEvents('user.updated', ({ id = '', user, changes = {} }) => {
    const { name, 'custom.doing': doing } = changes;
    if (user.id === client.user?.id || !(name || doing)) return;
    const text = name
      ? `${name.before} is now ${name.after}`
      : `${user.name}: ${doing?.after ?? 'nothing in particular'}`;
    setToasts(shown => [...shown, { id, text }]);
    setTimeout(() => setToasts(shown => shown.filter(toast => toast.id !== id)), SHOWN_MS);
  });

  return (
    <div className="toasts" role="status">
      {toasts.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
