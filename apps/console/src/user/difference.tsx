import type { Changes, JsonValue } from '@rollcall/client/server';
import classes from './difference.module.css';

/** What changed, a line for each path: as it was, and as it is since. */
export function Difference({ changes }: { changes: Changes }) {
  return (
    <ul className={classes.difference}>
      {Object.entries(changes).map(([path, { before, after }]) => (
        <li key={path}>
          <code>{path}</code> <Value word="before" value={before} /> <span aria-hidden>→</span>{' '}
          <Value word="after" value={after} />
        </li>
      ))}
    </ul>
  );
}

function Value({ word, value }: { word: 'before' | 'after'; value: JsonValue | undefined }) {
  if (value === undefined) return <span className={classes.absent}>not set</span>;
  return word === 'before' ? (
    <del className={classes.before}>{JSON.stringify(value)}</del>
  ) : (
    <ins className={classes.after}>{JSON.stringify(value)}</ins>
  );
}
