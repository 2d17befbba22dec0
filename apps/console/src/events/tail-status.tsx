import { useEffect, useState } from 'react';
import { useConnection } from '../live/use-connection.js';
import { MOST_ROWS, type Tail, type TailState } from './tail.js';
import classes from './tail-status.module.css';

/** How many are held, how fast they come, and whether anything comes at all. */
export function TailStatus({ tail, state, ready }: { tail: Tail; state: TailState; ready: boolean }) {
  const connection = useConnection();
  const [rate, setRate] = useState<number>();
  useEffect(() => {
    setRate(undefined);
    if (!ready) return;
    // In its first second a stream brings what happened before it, too.
    let before: number | undefined;
    const timer = setInterval(() => {
      const { total } = tail.state;
      if (before !== undefined) setRate(total - before);
      before = total;
    }, 1000);
    return () => clearInterval(timer);
  }, [tail, ready]);
  const { rows, waiting } = state;
  const away = connection.status !== 'connected';
  return (
    <footer className={classes.status}>
      <span>
        {rows.length.toLocaleString('en')} shown
        {rows.length >= MOST_ROWS && ', the last ones: older ones are let go'}
      </span>
      {waiting > MOST_ROWS && (
        <span>of those that wait, the last {MOST_ROWS.toLocaleString('en')} are held</span>
      )}
      {rate !== undefined && <span>{rate.toLocaleString('en')} a second</span>}
      <span role="status" className={away ? classes.away : undefined}>
        {away
          ? 'Not connected. What happens now comes when the connection is back.'
          : ready
            ? ''
            : 'Opening the stream…'}
      </span>
    </footer>
  );
}
