import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import type { ActionName } from './action-form.js';
import classes from './selection-bar.module.css';
import type { useSelection } from './use-selection.js';
import { countQuery, type UserList } from './users-page-query.js';

const ActionForm = lazy(() => import('./action-form.js').then(({ ActionForm }) => ({ default: ActionForm })));

/** This far everybody who matches is counted when all of them are selected. */
const COUNT_UP_TO = 1_000_000;

/** This many ids one action of the server takes. */
const MOST_IDS = 100;

const ACTIONS: { name: ActionName; label: string; danger?: true }[] = [
  { name: 'ban', label: 'Ban…' },
  { name: 'deactivate', label: 'Deactivate…' },
  { name: 'reactivate', label: 'Reactivate…' },
  { name: 'set', label: 'Set field…' },
  { name: 'delete', label: 'Delete…', danger: true },
  { name: 'export', label: 'Export…' },
];

interface SelectionBarProps {
  list: UserList;
  selection: ReturnType<typeof useSelection>;
}

/** What can be done with the users that are selected. */
export function SelectionBar({ list, selection }: SelectionBarProps) {
  const client = useClient();
  const refusal = useWriteRefusal();
  const { all } = selection.selection;
  const ids = selection.selection.all ? [] : [...selection.selection.ids];
  const [action, setAction] = useState<ActionName>();
  const counted = useQuery({ ...countQuery(client, list, COUNT_UP_TO), enabled: all });
  const few = useQuery({ ...countQuery(client, list), enabled: ids.length > 0 });
  if (!all && ids.length === 0) return null;

  const number = (answer: { count: number; more: boolean }) =>
    `${answer.count.toLocaleString('en')}${answer.more ? '+' : ''}`;
  const tooMany = all
    ? 'Actions on all that match come as one task of the server. Select some rows.'
    : ids.length > MOST_IDS
      ? `One action takes at most ${MOST_IDS} users.`
      : undefined;
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
        {ACTIONS.map(({ name, label, danger }) => {
          const reason = (name === 'export' && all ? undefined : tooMany) ?? refusal;
          return (
            <button
              key={name}
              type="button"
              className={classes.action}
              data-danger={danger}
              aria-pressed={action === name}
              disabled={reason !== undefined}
              title={reason}
              onClick={() => setAction(action === name ? undefined : name)}
            >
              {label}
            </button>
          );
        })}
        <button type="button" className={classes.link} onClick={selection.clear} title="Esc">
          Deselect
        </button>
      </div>
      {action !== undefined && (
        <Suspense>
          <ActionForm
            key={`${action} ${ids.join()}`}
            action={action}
            ids={ids}
            list={list}
            onDone={() => {
              setAction(undefined);
              selection.clear();
            }}
            onCancel={() => setAction(undefined)}
          />
        </Suspense>
      )}
    </section>
  );
}
