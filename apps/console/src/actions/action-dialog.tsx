import { Button } from '@mantine/core';
import type { RollcallError, UserActionType } from '@rollcall/client/server';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { Dialog } from '../frame/dialog.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { TextInput } from '../theme/text-field.js';
import classes from './action-dialog.module.css';
import { actionOf, askedOf, NEW_DRAFT } from './action-draft.js';
import { ActionFields } from './action-fields.js';
import type { ActionTarget } from './action-target.js';
import { doItTo, movedInWords, titleOf } from './action-words.js';
import { Concerned } from './concerned.js';
import { lastingLoss } from './deletion-rules.js';
import { useSettled } from './use-settled.js';

const ActionAsCode = lazy(() =>
  import('./action-as-code.js').then(({ ActionAsCode }) => ({ default: ActionAsCode })),
);

interface ActionDialogProps {
  type: UserActionType;
  target: ActionTarget;
  onClose(): void;
  onStarted(taskId: string): void;
}

/**
 * Does one thing to many users, after the server has said to how many and somebody has confirmed that number. When it has moved
 * meanwhile, nothing is done: both numbers are said, and it is asked again.
 */
export function ActionDialog({ type, target, onClose, onStarted }: ActionDialogProps) {
  const client = useClient();
  const refusal = useWriteRefusal();
  const [draft, setDraft] = useState(NEW_DRAFT);
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState(false);
  const action = actionOf(type, draft);
  const problem = 'problem' in action ? action.problem : undefined;
  const wanted = 'problem' in action ? undefined : askedOf(action);
  const asked = useSettled(wanted);
  const { filter, options } = target;

  const preview = useQuery({
    queryKey: ['action', filter, options, asked],
    queryFn: () => client.previewActOnUsers(filter, asked ?? { type: 'export' }, options),
    placeholderData: keepPreviousData,
    // The number on the button changes only when it is asked for again: never under the pointer.
    staleTime: 'static',
    gcTime: 0,
  });
  const { data } = preview;
  const [moved, setMoved] = useMoved(data?.count);

  const run = useMutation({
    mutationFn: async (count: number) => {
      if ('problem' in action) throw new Error(action.problem);
      return client.actOnUsers(filter, action, { ...options, expected: { count } });
    },
    onSuccess: ({ task_id }) => onStarted(task_id),
    onError: async (error, count) => {
      if (!isMoved(error)) return;
      setTyped('');
      await preview.refetch();
      setMoved(before => before ?? count);
    },
  });

  const most = type === 'export' ? 100_000 : 1_000_000;
  const tooMany = data && (data.more || data.count > most);
  const loss = type === 'delete' ? lastingLoss(draft) : undefined;
  const word = `${type} ${data?.count ?? 0}`;
  const stale =
    preview.isPlaceholderData || preview.isFetching || JSON.stringify(asked) !== JSON.stringify(wanted);
  const off =
    refusal !== undefined ||
    problem !== undefined ||
    preview.error !== null ||
    !data ||
    data.count === 0 ||
    tooMany ||
    stale ||
    run.isPending ||
    (loss !== undefined && typed !== word);
  const error = preview.error ?? (run.error && !isMoved(run.error) ? run.error : null);
  return (
    <Dialog label={titleOf(type)} onClose={onClose}>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          if (!off && data) run.mutate(data.count);
        }}
      >
        <ActionFields
          type={type}
          target={target}
          draft={draft}
          onChange={changes => setDraft(before => ({ ...before, ...changes }))}
        />
        {data && <Concerned target={target} preview={data} />}
        {tooMany && (
          <p className={classes.warning}>
            One action takes at most {most.toLocaleString('en')} users. Narrow the filter.
          </p>
        )}
        {data && moved !== undefined && (
          <p role="alert" className={classes.moved}>
            {movedInWords(moved, data.count)}
          </p>
        )}
        {loss !== undefined && data && data.count > 0 && (
          <>
            <p className={classes.warning}>{loss}</p>
            <TextInput
              label={
                <>
                  Type <code>{word}</code>
                </>
              }
              value={typed}
              autoComplete="off"
              onChange={event => setTyped(event.target.value)}
            />
          </>
        )}
        {error && (
          <p role="alert" className={classes.error}>
            {error.message}
          </p>
        )}
        <div className={classes.foot}>
          <Button
            type="submit"
            color={type === 'delete' ? 'red' : undefined}
            disabled={off}
            title={refusal ?? problem}
          >
            {data && !('problem' in action)
              ? doItTo(action, data)
              : (problem ?? (error ? 'Cannot be done' : 'Counting…'))}
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <span className={classes.grow} />
          <button
            type="button"
            className={classes.link}
            aria-expanded={code}
            onClick={() => setCode(open => !open)}
          >
            As code
          </button>
        </div>
        {code && !('problem' in action) && (
          <Suspense fallback="…">
            <ActionAsCode target={target} action={action} count={data?.count} />
          </Suspense>
        )}
      </form>
    </Dialog>
  );
}

function isMoved(error: Error): boolean {
  const { code, field } = error as RollcallError;
  return code === 'REVISION_CONFLICT' && field === 'expected';
}

/** The number that was on the page before the present one; undefined as long as it has not moved. */
function useMoved(count: number | undefined) {
  const before = useRef<number>(undefined);
  const [moved, setMoved] = useState<number>();
  useEffect(() => {
    if (count === undefined) return;
    if (before.current !== undefined && before.current !== count) setMoved(before.current);
    before.current = count;
  }, [count]);
  return [moved, setMoved] as const;
}
