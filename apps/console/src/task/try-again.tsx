import { Button } from '@mantine/core';
import type { Task } from '@rollcall/client/server';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, lazy, Suspense, useState } from 'react';
import { say } from '../frame/notices.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { count } from '../tasks/task-words.js';
import { useOpenTask } from '../tasks/use-open-task.js';
import { againOf } from './again.js';
import classes from './task-panel.module.css';

const DeletionForm = lazy(() =>
  import('../user/deletion-form.js').then(({ DeletionForm }) => ({ default: DeletionForm })),
);

/** So many a deletion takes. */
const MOST_DELETED = 100;

/** Tries again what failed, as a new task, and leads to those users in their list. */
export function TryAgain({ task, failed }: { task: Task; failed: readonly string[] }) {
  const client = useClient();
  const refusal = useWriteRefusal();
  const openTask = useOpenTask();
  const [asking, setAsking] = useState(false);
  const again = againOf(task);
  const deletes = task.type === 'users.delete' || task.action === 'delete';
  const ids = failed.slice(0, deletes ? MOST_DELETED : again?.most);
  const run = useMutation({
    mutationFn: async (option: boolean) => again?.run(client, [...ids], option),
    onSuccess: begun => {
      if (begun === undefined) return;
      const asked = task.type === 'users.act' ? { id: { $in: [...ids] } } : undefined;
      say(`${count(ids.length, 'user')}: it is tried again.`);
      openTask(begun.task_id, asked);
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    run.mutate(new FormData(event.currentTarget).get('option') === 'on');
  };
  const inList = { filter: { id: { $in: [...failed] } }, with: 'deleted' as const };
  return (
    <>
      <div className={classes.line}>
        {(again || deletes) && (
          <Button
            variant="default"
            aria-expanded={asking}
            disabled={refusal !== undefined}
            title={refusal}
            onClick={() => setAsking(!asking)}
          >
            Try again for the {ids.length < failed.length ? `first ${ids.length}` : ids.length} failed…
          </Button>
        )}
        <Link to="/users" search={inList}>
          Those who failed, in the list of users
        </Link>
      </div>
      {!again && !deletes && (
        <p className={classes.dim}>
          The server forgets what an action was when the task has ended. Select them in the list, and ask for
          it again there.
        </p>
      )}
      {asking && deletes && (
        <Suspense>
          <DeletionForm ids={ids} onDone={() => setAsking(false)} onCancel={() => setAsking(false)} />
        </Suspense>
      )}
      {asking && again && !deletes && (
        <form className={classes.ask} onSubmit={submit} aria-label="Try again">
          <p>
            A new task tries it for {count(ids.length, 'user')}.
            {again.option && ' The server does not keep how it was asked for, so say it again:'}
          </p>
          {again.option && (
            <label className={classes.line}>
              <input type="checkbox" name="option" />
              {again.option}
            </label>
          )}
          <div className={classes.line}>
            <Button type="submit" disabled={run.isPending} autoFocus>
              Try again for {count(ids.length, 'user')}
            </Button>
            <Button variant="default" onClick={() => setAsking(false)}>
              Cancel
            </Button>
          </div>
          {run.error && (
            <p role="alert" className={classes.failed}>
              {run.error.message}
            </p>
          )}
        </form>
      )}
    </>
  );
}
