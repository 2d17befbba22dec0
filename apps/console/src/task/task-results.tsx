import { Button } from '@mantine/core';
import type { ActionCounts, Task } from '@rollcall/client/server';
import { Link } from '@tanstack/react-router';
import { memo, useState } from 'react';
import { count } from '../tasks/task-words.js';
import { detailWords, type Outcome, outcomesOf } from './outcomes.js';
import classes from './task-results.module.css';
import { TryAgain } from './try-again.js';

/** So many users are shown at once. */
const SHOWN = 100;

const COUNT_WORDS: Record<keyof ActionCounts, string> = {
  done: 'The task changed them, or exported them.',
  unchanged: 'They were in that state already.',
  skipped: 'When their turn came, they did not match any more or were gone. Nothing was done to them.',
  superseded: 'A later call about them took over the rest.',
  failed: 'It was tried, and failed.',
};

/** What became of the users of a task: the counts of an action on many, and each user, those who failed first. */
export function TaskResults({ task }: { task: Task }) {
  const [shown, setShown] = useState(SHOWN);
  const { result } = task;
  const outcomes = outcomesOf(task);
  const failed = outcomes.flatMap(({ id, status }) => (status === 'failed' ? [id] : []));
  return (
    <>
      {result?.counts && <Counts counts={result.counts} />}
      {failed.length > 0 && <TryAgain task={task} failed={failed} />}
      {result?.unlisted_failures !== undefined && (
        <p className={classes.dim}>
          {result.unlisted_failures.toLocaleString('en')} more failed. The server lists the first{' '}
          {failed.length.toLocaleString('en')} of them.
        </p>
      )}
      {outcomes.length > 0 && (
        <table className={classes.table} aria-label="What became of each user">
          <thead>
            <tr>
              <th scope="col">User</th>
              <th scope="col">Outcome</th>
              <th scope="col">Why, or how much</th>
            </tr>
          </thead>
          <tbody>
            {outcomes.slice(0, shown).map(outcome => (
              <OutcomeRow key={outcome.id} text={JSON.stringify(outcome)} />
            ))}
          </tbody>
        </table>
      )}
      {outcomes.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + SHOWN)}>
          Show {Math.min(SHOWN, outcomes.length - shown)} more of {count(outcomes.length, 'user')}
        </Button>
      )}
      {outcomes.length === 0 && !result?.counts && (
        <p className={classes.dim}>
          The task has not reached anybody{task.finished_at === undefined && ' yet'}.
        </p>
      )}
    </>
  );
}

function Counts({ counts }: { counts: ActionCounts }) {
  return (
    <dl className={classes.counts}>
      {Object.entries(COUNT_WORDS).map(([name, words]) => (
        <div key={name} data-name={name} data-none={counts[name as keyof ActionCounts] === 0} title={words}>
          <dt>{name}</dt>
          <dd>{counts[name as keyof ActionCounts].toLocaleString('en')}</dd>
        </div>
      ))}
    </dl>
  );
}

/** It comes as text: each state of a task is new objects, of which most say the same. */
const OutcomeRow = memo(function OutcomeRow({ text }: { text: string }) {
  const { id, status, error, details } = JSON.parse(text) as Outcome;
  return (
    <tr>
      <td>
        <Link to="/users/$userId" params={{ userId: id }} search={{}}>
          <code>{id}</code>
        </Link>
      </td>
      <td data-status={status}>{status}</td>
      <td>
        {error ? (
          <>
            {error.message} <code>{error.code}</code>
          </>
        ) : (
          detailWords(details)
        )}
      </td>
    </tr>
  );
});
