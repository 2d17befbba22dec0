import { useEffect, useState } from 'react';
import { useConnection } from '../live/use-connection.js';
import classes from './connection-state.module.css';

/** Whether what is on the page is fresh, always in sight. */
export function ConnectionState() {
  const state = useConnection();
  const [since, setSince] = useState(Date.now);
  const live = state.status === 'connected';
  useEffect(() => {
    if (!live) setSince(Date.now());
  }, [live]);
  const time = new Date(since).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const words = {
    connected: 'live',
    connecting: 'connecting',
    reconnecting: `reconnecting since ${time}`,
    offline: `offline since ${time}`,
    disconnected: `disconnected since ${time}`,
  }[state.status];
  return (
    <span className={classes.state} data-status={state.status} role="status" title={state.error?.message}>
      <span className={classes.dot} aria-hidden />
      <span className={classes.words}>{words}</span>
    </span>
  );
}
