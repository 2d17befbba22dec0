import { Button } from '@mantine/core';
import type { Task } from '@rollcall/client/server';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useCommands } from '../frame/commands.js';
import { say } from '../frame/notices.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { counted } from '../tasks/task-news.js';
import { count } from '../tasks/task-words.js';
import { newerTask } from '../tasks/tasks-query.js';
import classes from './task-panel.module.css';

/** Stops a task, after it has said what that means. */
export function CancelTask({ task }: { task: Task }) {
  const client = useClient();
  const cache = useQueryClient();
  const refusal = useWriteRefusal();
  const [asking, setAsking] = useState(false);
  const { task_id: id, progress } = task;
  const cancel = useMutation({
    mutationFn: () => client.cancelTask(id),
    onSuccess: after => {
      cache.setQueryData<Task>(['tasks', 'one', id], known => newerTask(known, after));
      if (after.finished_at === undefined) say('The task ends after the user whom it is with.');
    },
  });
  useCommands([{ label: 'Cancel the task…', refusal, run: () => setAsking(true) }]);

  const left = progress.total - counted(task);
  if (cancel.isSuccess) return <p role="status">It ends after the user whom it is with.</p>;
  if (!asking) {
    return (
      <Button
        variant="default"
        {...(refusal === undefined && { c: 'var(--rc-red)' })}
        disabled={refusal !== undefined}
        title={refusal}
        onClick={() => setAsking(true)}
      >
        Cancel the task…
      </Button>
    );
  }
  return (
    <div className={classes.ask}>
      <p>
        It stops between two users. What is done stays done: {count(progress.done, 'user')} so far. The other{' '}
        {left.toLocaleString('en')} are left as they are. A cancelled task does not go on again.
        {task.type === 'users.delete' &&
          ' Users who were marked as deleted when it was asked for stay marked.'}
      </p>
      <div className={classes.line}>
        <Button color="red" disabled={cancel.isPending} autoFocus onClick={() => cancel.mutate()}>
          Cancel the task
        </Button>
        <Button variant="default" onClick={() => setAsking(false)}>
          Let it go on
        </Button>
      </div>
      {cancel.error && (
        <p role="alert" className={classes.failed}>
          {cancel.error.message}
        </p>
      )}
    </div>
  );
}
