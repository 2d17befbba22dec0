import { Button } from '@mantine/core';
import type { Task } from '@rollcall/client/server';
import { isEnded } from '@rollcall/client/server';
import { useMutation } from '@tanstack/react-query';
import { Dialog } from '../frame/dialog.js';
import { say } from '../frame/notices.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import classes from './action-dialog.module.css';
import { taskInWords, titleOf } from './action-words.js';
import { useTask } from './use-task.js';

/** Follows a task: how far it is, what it could not do, and its end. It can be left, and says so when it has ended. */
export function TaskDialog({ id, onClose }: { id: string; onClose(): void }) {
  const client = useClient();
  const refusal = useWriteRefusal();
  const { task, error } = useTask(id);
  const cancel = useMutation({ mutationFn: () => client.cancelTask(id) });
  const ended = task !== undefined && isEnded(task.status);
  const leave = () => {
    if (task !== undefined && !ended) void sayEnd();
    onClose();
  };
  const sayEnd = async () => {
    try {
      const last = await client.waitForTask(id);
      say(taskInWords(last), { failed: last.status === 'failed' });
    } catch {
      // Nobody is signed in any more.
    }
  };
  const wrong = error ?? cancel.error;
  return (
    <Dialog label={task?.action ? titleOf(task.action) : 'Task'} onClose={leave}>
      <div className={classes.form}>
        {task === undefined && !error && <p role="status">Asking how far it is…</p>}
        {task && (
          <>
            <progress
              className={classes.bar}
              aria-label="Progress"
              max={Math.max(1, task.progress.total)}
              value={task.progress.done + task.progress.failed}
            />
            <p role="status">{taskInWords(task)}</p>
            {!ended && <p className={classes.dim}>{paceOf(task)}</p>}
            <Failures task={task} />
            {task.result?.export && (
              <p>
                <a href={task.result.export.url} download>
                  Save the file ({Math.ceil(task.result.export.bytes / 1_000).toLocaleString('en')} kB)
                </a>
                . The link is good for an hour, for whoever has it.
              </p>
            )}
          </>
        )}
        {wrong && (
          <p role="alert" className={classes.error}>
            {wrong.message}
          </p>
        )}
        <div className={classes.foot}>
          {task && !ended && (
            <Button
              variant="default"
              disabled={refusal !== undefined || cancel.isPending}
              title={refusal ?? 'What is done stays done'}
              onClick={() => cancel.mutate()}
            >
              Cancel the task
            </Button>
          )}
          <Button variant={ended ? 'filled' : 'default'} onClick={leave}>
            {ended || !task ? 'Close' : 'Leave it running'}
          </Button>
        </div>
        <p className={classes.dim}>
          Task <code>{id}</code>
        </p>
      </div>
    </Dialog>
  );
}

const SHOWN = 50;

function Failures({ task: { result } }: { task: Task }) {
  const failed = Object.entries(result?.users ?? {}).filter(([, { status }]) => status === 'failed');
  if (failed.length === 0) return null;
  const more = failed.length - SHOWN + (result?.unlisted_failures ?? 0);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it. */}
      <ul className={classes.failures} aria-label="Who failed" tabIndex={0}>
        {failed.slice(0, SHOWN).map(([id, { error }]) => (
          <li key={id}>
            <code>{id}</code>
            <span>{error?.message}</span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={classes.dim}>and {more.toLocaleString('en')} more</p>}
    </>
  );
}

/** How fast it is, and how long that lasts. */
function paceOf({ progress, started_at: startedAt }: Task): string {
  const reached = progress.done + progress.failed;
  if (startedAt === undefined || reached === 0) return 'It goes on when this page is closed.';
  const perSecond = reached / Math.max(0.5, (Date.now() - startedAt) / 1_000);
  const left = Math.ceil((progress.total - reached) / perSecond);
  const words = left < 90 ? `${left} s` : `${Math.ceil(left / 60)} min`;
  return `${Math.round(perSecond).toLocaleString('en')} a second, about ${words} left. It goes on when this page is closed.`;
}
