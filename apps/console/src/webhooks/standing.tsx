import classes from './standing.module.css';
import type { Standing as StandingOf } from './webhook-words.js';

/** How a webhook or a delivery stands, as a dot and a word. */
export function Standing({ of: { kind, words, meaning } }: { of: StandingOf }) {
  return (
    <span className={classes.standing} data-kind={kind} title={meaning}>
      <span className={classes.dot} aria-hidden />
      {words}
    </span>
  );
}
