import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ActionDialog } from '../actions/action-dialog.js';
import classes from '../actions/action-dialog.module.css';
import type { ActionTarget } from '../actions/action-target.js';
import { users } from '../actions/action-words.js';
import { Concerned } from '../actions/concerned.js';
import { openFileSink } from '../files/file-sink.js';
import { Dialog } from '../frame/dialog.js';
import { say } from '../frame/notices.js';
import { useClient } from '../session/use-session.js';
import { NativeSelect } from '../theme/text-field.js';
import { exportUsers } from './export-users.js';
import { NDJSON, type UserLines, viewCsv, WHOLE_CSV } from './user-lines.js';

interface ExportDialogProps {
  target: ActionTarget;
  /** The columns of the view. */
  columns: readonly string[];
  onClose(): void;
  onStarted(taskId: string): void;
}

const WAYS = {
  ndjson: 'NDJSON: all of each user, one JSON object a line',
  csv: 'CSV: all of each user, custom data as JSON',
  view: 'CSV: the columns of this view, for a spreadsheet',
  everything: 'Everything that is stored about them, as a task of the server',
} as const;

type Way = keyof typeof WAYS;

/** Saves the users that a filter finds as a file, or lets the server write one with everything about them. */
export function ExportDialog(props: ExportDialogProps) {
  const [way, setWay] = useState<Way>('ndjson');
  if (way === 'everything')
    return (
      <ActionDialog type="export" target={props.target} onClose={props.onClose} onStarted={props.onStarted} />
    );
  return <SaveDialog {...props} way={way} onWay={setWay} />;
}

function SaveDialog({
  target,
  columns,
  way,
  onWay,
  onClose,
}: ExportDialogProps & { way: Exclude<Way, 'everything'>; onWay(way: Way): void }) {
  const client = useClient();
  const { filter, options } = target;
  const stop = useRef<AbortController>(undefined);
  const [done, setDone] = useState(0);
  const preview = useQuery({
    queryKey: ['action', filter, options, { type: 'export' }],
    queryFn: () => client.previewActOnUsers(filter, { type: 'export' }, options),
    staleTime: 'static',
    gcTime: 0,
  });
  const run = useMutation({
    mutationFn: async () => {
      const lines: UserLines = {
        ndjson: NDJSON,
        csv: WHOLE_CSV,
        view: viewCsv(columns),
      }[way];
      const type = lines.extension === 'csv' ? 'text/csv' : 'application/x-ndjson';
      const sink = await openFileSink(`users.${lines.extension}`, type);
      if (!sink) return undefined;
      const controller = new AbortController();
      stop.current = controller;
      setDone(0);
      return exportUsers({ client, target, lines, sink, signal: controller.signal, onProgress: setDone });
    },
    onSuccess: saved => {
      if (saved === undefined) return;
      say(`${users(saved)} saved.`);
      onClose();
    },
  });
  const { data } = preview;
  const stopped = stop.current?.signal.aborted;
  return (
    <Dialog label="Export users" canLeave={!run.isPending} onClose={onClose}>
      <form
        className={classes.form}
        onSubmit={event => {
          event.preventDefault();
          if (!run.isPending) run.mutate();
        }}
      >
        <NativeSelect
          label="What"
          value={way}
          disabled={run.isPending}
          data={Object.entries(WAYS).map(([value, label]) => ({ value, label }))}
          onChange={event => onWay(event.target.value as Way)}
        />
        {way === 'view' && (
          <p className={classes.dim}>
            A text that a spreadsheet would take for a formula gets a ' before it. To import the file again,
            take one of the others.
          </p>
        )}
        {way === 'csv' && (
          <p className={classes.warning}>
            Texts are as users wrote them, so that the file can be imported again. A spreadsheet may run those
            that begin like a formula: for one, take the columns of this view.
          </p>
        )}
        {data && <Concerned target={target} preview={data} />}
        {run.isPending && (
          <>
            <progress
              className={classes.bar}
              aria-label="Progress"
              max={Math.max(1, data?.count ?? 1)}
              value={done}
            />
            <p role="status">{users(done)} so far.</p>
          </>
        )}
        {(preview.error ?? run.error) && (
          <p role="alert" className={classes.error}>
            {stopped
              ? `Stopped after ${users(done)}. There is no file.`
              : (preview.error ?? run.error)?.message}
          </p>
        )}
        <div className={classes.foot}>
          {run.isPending ? (
            <Button variant="default" onClick={() => stop.current?.abort(new Error('Stopped.'))}>
              Stop
            </Button>
          ) : (
            <>
              <Button type="submit" disabled={!data || data.count === 0}>
                {data ? `Save ${data.more ? 'more than ' : ''}${users(data.count)}` : 'Counting…'}
              </Button>
              <Button variant="default" onClick={onClose}>
                Cancel
              </Button>
            </>
          )}
        </div>
      </form>
    </Dialog>
  );
}
