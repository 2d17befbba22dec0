import type { Changes, JsonValue } from '@rollcall/client/server';
import classes from './difference.module.css';

/** Fields that hold a moment, as a number of milliseconds. */
const MOMENTS = new Set(['ban_expires', 'deactivated_at', 'deleted_at', 'revoke_tokens_issued_before']);

/** What changed, a line for each path: as it was, and as it is since. */
export function Difference({ changes }: { changes: Changes }) {
  return (
    <ul className={classes.difference}>
      {Object.entries(changes).map(([path, { before, after }]) => (
        <li key={path}>
          <code>{path}</code> <Value word="before" path={path} value={before} /> <span aria-hidden>→</span>{' '}
          <Value word="after" path={path} value={after} />
        </li>
      ))}
    </ul>
  );
}

interface ValueProps {
  word: 'before' | 'after';
  path: string;
  value: JsonValue | undefined;
}

function Value({ word, path, value }: ValueProps) {
  if (value === undefined) return <span className={classes.absent}>not set</span>;
  const shown =
    MOMENTS.has(path) && typeof value === 'number' ? (
      <time dateTime={new Date(value).toISOString()} title={String(value)}>
        {new Date(value).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'medium' })}
      </time>
    ) : (
      JSON.stringify(value)
    );
  return word === 'before' ? (
    <del className={classes.before}>{shown}</del>
  ) : (
    <ins className={classes.after}>{shown}</ins>
  );
}
