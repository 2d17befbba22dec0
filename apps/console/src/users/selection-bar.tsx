import type { UserActionType } from '@rollcall/client/server';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { targetOfIds, targetOfList } from '../actions/action-target.js';
import { useCommands } from '../frame/commands.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { useOpenTask } from '../tasks/use-open-task.js';
import classes from './selection-bar.module.css';
import type { useSelection } from './use-selection.js';
import { countQuery, type UserList } from './users-page-query.js';

const ActionDialog = lazy(() =>
  import('../actions/action-dialog.js').then(({ ActionDialog }) => ({ default: ActionDialog })),
);
const ExportDialog = lazy(() =>
  import('../export/export-dialog.js').then(({ ExportDialog }) => ({ default: ExportDialog })),
);

/** This far everybody who matches is counted when all of them are selected. */
const COUNT_UP_TO = 1_000_000;

/** So many ids a filter can name. */
const MOST_IDS = 1_000;

const ACTIONS: { type: UserActionType; label: string; danger?: true }[] = [
  { type: 'ban', label: 'Ban…' },
  { type: 'unban', label: 'End ban…' },
  { type: 'deactivate', label: 'Deactivate…' },
  { type: 'reactivate', label: 'Reactivate…' },
  { type: 'set', label: 'Set field…' },
  { type: 'revoke_tokens', label: 'Revoke tokens…' },
  { type: 'export', label: 'Export…' },
  { type: 'delete', label: 'Delete…', danger: true },
];

interface SelectionBarProps {
  list: UserList;
  /** The columns of the view. */
  columns: readonly string[];
  selection: ReturnType<typeof useSelection>;
}

/** What can be done with the users that are selected. */
export function SelectionBar({ list, columns, selection }: SelectionBarProps) {
  const client = useClient();
  const refusal = useWriteRefusal();
  const openTask = useOpenTask();
  const { all } = selection.selection;
  const ids = selection.selection.all ? [] : [...selection.selection.ids];
  const [action, setAction] = useState<UserActionType>();
  const counted = useQuery({ ...countQuery(client, list, COUNT_UP_TO), enabled: all });
  const few = useQuery({ ...countQuery(client, list), enabled: !all });
  const tooMany =
    ids.length > MOST_IDS ? `One action takes at most ${MOST_IDS} users by their ids.` : undefined;
  const reasonOf = (type: UserActionType) => tooMany ?? (type === 'export' ? undefined : refusal);
  useCommands(
    ACTIONS.map(({ type, label }) => ({
      label: `Selected users: ${label}`,
      refusal: reasonOf(type),
      run: () => setAction(type),
    })),
  );

  const number = (answer: { count: number; more: boolean }) =>
    `${answer.count.toLocaleString('en')}${answer.more ? '+' : ''}`;
  const target = all ? targetOfList(list) : targetOfIds(ids);
  const asked = {
    target,
    onClose: () => setAction(undefined),
    onStarted: (task: string) => {
      selection.clear();
      openTask(task, target.filter);
    },
  };
  return (
    <section className={classes.bar} aria-label="Selection">
      <div className={classes.line}>
        <strong role="status">
          {all
            ? `All ${counted.data ? number(counted.data) : '…'} that match`
            : `${ids.length.toLocaleString('en')} selected`}
        </strong>
        {!all && few.data && (few.data.more || few.data.count > ids.length) && (
          <button type="button" className={classes.link} onClick={selection.selectAll}>
            Select all {number(few.data)} that match
          </button>
        )}
        <span className={classes.grow} />
        {ACTIONS.map(({ type, label, danger }) => {
          const reason = reasonOf(type);
          return (
            <button
              key={type}
              type="button"
              className={classes.action}
              data-danger={danger}
              aria-haspopup="dialog"
              disabled={reason !== undefined}
              title={reason}
              onClick={() => setAction(type)}
            >
              {label}
            </button>
          );
        })}
        <button type="button" className={classes.link} onClick={selection.clear} title="Esc">
          Deselect
        </button>
      </div>
      <Suspense>
        {action === 'export' ? (
          <ExportDialog columns={columns} {...asked} />
        ) : (
          action !== undefined && <ActionDialog type={action} {...asked} />
        )}
      </Suspense>
    </section>
  );
}
