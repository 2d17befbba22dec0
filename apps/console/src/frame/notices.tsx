import { useSyncExternalStore } from 'react';
import { session } from '../session/session.js';
import classes from './notices.module.css';

/** Something that has happened, or failed, in a sentence. */
interface Notice {
  text: string;
  failed?: boolean;
}

const STAYS_MS = 6_000;

let current: readonly Notice[] = [];
const listeners = new Set<() => void>();

function set(next: readonly Notice[]): void {
  current = next;
  for (const listener of listeners) listener();
}

/** Says something at the edge of the page. What failed stays until it is closed. */
export function say(text: string, { failed = false } = {}): void {
  const notice = { text, failed };
  set([...current.slice(-2), notice]);
  if (!failed) setTimeout(() => set(current.filter(one => one !== notice)), STAYS_MS);
}

// They name people, and who comes next may not know them.
session.subscribe(() => {
  if (session.state.status === 'out') set([]);
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What has been said, read out by screen readers too. */
export function Notices() {
  const notices = useSyncExternalStore(subscribe, () => current);
  return (
    <div className={classes.notices} role="status" aria-live="polite">
      {notices.map((notice, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: The same sentence can be there twice.
        <p key={index} className={classes.notice} data-failed={notice.failed}>
          {notice.text}
          <button type="button" aria-label="Close" onClick={() => set(current.filter(one => one !== notice))}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
