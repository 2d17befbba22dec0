import { Button } from '@mantine/core';
import { saveFile } from '../files/save-file.js';
import { useConnection } from '../live/use-connection.js';
import type { ImportRun } from './import-run.js';
import classes from './run-panel.module.css';
import { count, runInWords } from './run-words.js';
import { useRunState } from './use-import.js';

const AWAY: readonly string[] = ['reconnecting', 'offline'];

/** How a check or an import stands: how far, what it has done, which rows were refused and why, and how to stop it. */
export function RunPanel({ run }: { run: ImportRun }) {
  const state = useRunState(run);
  const { status, refused, refusedRows, error, endedAt, startedAt, rows, bytes } = state;
  const { file } = run.options;
  const connection = useConnection();
  const seconds = Math.max(1, ((endedAt ?? Date.now()) - startedAt) / 1000);
  const saveErrors = () => {
    const errors = run.errorFile();
    if (errors) saveFile(errors, errorFileName(file.name));
  };
  return (
    <section className={classes.panel} aria-label="Progress" data-status={status}>
      <progress
        className={classes.bar}
        aria-label="How much of the file has been read"
        max={Math.max(1, file.size)}
        value={status === 'done' ? Math.max(1, file.size) : bytes}
      />
      <p role="status">{runInWords(state)}</p>
      <p className={classes.dim}>
        {count(rows, 'row')} · {Math.round(rows / seconds).toLocaleString('en')} a second
        {refused > 0 && ` · ${refused.toLocaleString('en')} refused`}
      </p>
      {endedAt === undefined && AWAY.includes(connection.status) && (
        <p className={classes.waits}>
          The server cannot be reached now. What is on its way is tried again for two minutes.
        </p>
      )}
      {error && (
        <p role="alert" className={classes.error}>
          {error.message}
        </p>
      )}
      <div className={classes.foot}>
        {endedAt === undefined && (
          <Button variant="default" onClick={() => run.stop()}>
            {status === 'stopping' ? 'Stop at once' : 'Stop'}
          </Button>
        )}
        {refused > 0 && (
          <Button variant="default" onClick={saveErrors}>
            Save the {count(refused, 'refused row')}
          </Button>
        )}
      </div>
      {refused > 0 && (
        <>
          <p className={classes.dim}>
            The file of refused rows says in each why. Mend it and import it here: the reasons are passed
            over.
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it. */}
          <section className={classes.rows} tabIndex={0} aria-label="Refused rows">
            <table className={classes.table}>
              <thead>
                <tr>
                  <th scope="col">Line</th>
                  <th scope="col">Id</th>
                  <th scope="col">What is wrong</th>
                </tr>
              </thead>
              <tbody>
                {refusedRows.map(({ line, id, reason }) => (
                  <tr key={`${line} ${reason}`}>
                    <td>{line.toLocaleString('en')}</td>
                    <td>{id && <code>{id}</code>}</td>
                    <td>{reason}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          {refused > refusedRows.length && (
            <p className={classes.dim}>The first {refusedRows.length} are shown. The file has all of them.</p>
          )}
        </>
      )}
    </section>
  );
}

/** `users.csv` has `users.errors.csv`; what is mended and refused again keeps its name. */
function errorFileName(name: string): string {
  const [, base = name, extension = ''] = /^(.*?)(?:\.errors)?(\.[^.]*)?$/.exec(name) ?? [];
  return `${base}.errors${extension}`;
}
