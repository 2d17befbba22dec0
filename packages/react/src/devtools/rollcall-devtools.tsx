import type { AnyItem } from '@rollcall/client';
import { type CSSProperties, type ReactElement, useEffect, useState } from 'react';
import { useSession } from '../rollcall-context.js';
import { useConnection } from '../use-connection.js';
import { useEvents } from '../use-events.js';

/** How the panel is shown. */
export interface RollcallDevtoolsProps {
  /** Whether it is open at first. Default: false. */
  open?: boolean;
}

/** So many events are shown. */
const MOST_EVENTS = 30;

/** How often the panel looks at the store. */
const LOOK_MS = 500;

const PANEL: CSSProperties = {
  position: 'fixed',
  right: 8,
  bottom: 8,
  zIndex: 2_147_483_000,
  maxWidth: 420,
  maxHeight: '60vh',
  overflow: 'auto',
  padding: '6px 10px',
  borderRadius: 6,
  border: '1px solid #8888',
  background: '#16181d',
  color: '#e6e8ec',
  font: '12px/1.5 ui-monospace, monospace',
};

const BARE: CSSProperties = { all: 'unset', cursor: 'pointer' };

/**
 * A small panel for those who build the app: the connection, what is in the store with how many components read it, and the last
 * events. Leave it out of what you ship.
 */
export function RollcallDevtools({ open: first = false }: RollcallDevtoolsProps): ReactElement {
  const [open, setOpen] = useState(first);
  const { status, error, waitsFor } = useConnection();
  return (
    <section aria-label="Rollcall devtools" style={PANEL}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} style={BARE}>
        Rollcall: {status}
        {waitsFor && `, waits for ${waitsFor}`}
        {error && `, ${error.code}`}
      </button>
      {open && <Inside />}
    </section>
  );
}

function Inside(): ReactElement {
  const { entries, users, ownId } = useSession();
  const [events, setEvents] = useState<readonly AnyItem[]>([]);
  const [, look] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => look(times => times + 1), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  useEvents(item => setEvents(before => [item, ...before].slice(0, MOST_EVENTS)));
  return (
    <>
      {ownId && <div>me: {ownId}</div>}
      <details open>
        <summary>
          {entries.size} entries, {users.rows.size} users
        </summary>
        {[...entries].map(([key, { readers, get }]) => (
          <div key={key}>
            {get().status} {key} ({readers.size} {readers.size === 1 ? 'reader' : 'readers'})
          </div>
        ))}
      </details>
      <details open>
        <summary>last events</summary>
        {events.map(item => (
          <div key={`${item.id ?? ''}${JSON.stringify(item)}`}>
            {item.type} {'user' in item ? item.user.id : ''}
          </div>
        ))}
      </details>
    </>
  );
}
