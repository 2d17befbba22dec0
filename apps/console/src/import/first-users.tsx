import classes from './first-users.module.css';
import { readUser } from './import-run.js';
import type { MappedColumn } from './mapping.js';
import type { Sample } from './sample.js';

const SHOWN = 5;

/** The first users as they will be sent, or why they cannot be. */
export function FirstUsers({ sample, columns }: { sample: Sample; columns: readonly MappedColumn[] }) {
  return (
    <section aria-label="The first users" className={classes.users}>
      <h2 className={classes.title}>The first users as they will be</h2>
      {sample.rows.length === 0 && <p>The file has no rows.</p>}
      <ol className={classes.list}>
        {sample.rows.slice(0, SHOWN).map(row => {
          const read = readUser(row, columns);
          return (
            <li key={row.line}>
              <span className={classes.line}>line {row.line}</span>
              {'user' in read ? (
                <code>{JSON.stringify(read.user)}</code>
              ) : (
                <span className={classes.error}>{read.problem}</span>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}
