import { ActionIcon } from '@mantine/core';
import type { RollcallEvent } from '@rollcall/client/server';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CodeSamples } from '../frame/code-samples.js';
import { CopyButton } from '../frame/copy-button.js';
import { ErrorState } from '../frame/error-state.js';
import { Moment } from '../frame/moment.js';
import { PageState } from '../frame/page-state.js';
import { useClient } from '../session/use-session.js';
import { lineOf } from './event-line.js';
import classes from './event-panel.module.css';
import { eventQuery } from './event-query.js';
import { fromHere } from './from-here.js';
import type { Selection } from './selection.js';
import { codeOfTail } from './tail-code.js';

interface EventPanelProps {
  id: string;
  selection: Selection;
  onClose(): void;
}

/** One event: what it says, as JSON, and how a program goes on after it. */
export function EventPanel({ id, selection, onClose }: EventPanelProps) {
  const client = useClient();
  const { data: event, error, isPending, refetch } = useQuery(eventQuery(client, id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending) return <div className={classes.panel} role="status" aria-label="Reading the event" />;
  return (
    <article className={classes.panel} aria-label="One event">
      <header className={classes.heading}>
        <h1 className={classes.title}>{event ? event.type : 'The log has no such event'}</h1>
        <span className={classes.grow} />
        <CopyButton
          text={fromHere(id, selection)}
          label="From here: copy the position and the line of code that goes on"
        >
          From here
        </CopyButton>
        <ActionIcon aria-label="Close the event" title="Esc" onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </header>
      {event ? (
        <Body event={event} id={id} selection={selection} />
      ) : (
        <PageState title="It is not there any more, or not yet">
          <p>
            The log keeps events for as many days as the setting event_retention_days says, and forgets what
            is erased. A log that was restored from a backup has other positions.
          </p>
        </PageState>
      )}
    </article>
  );
}

function Body({ event, id, selection }: { event: RollcallEvent; id: string; selection: Selection }) {
  const { who, whom } = lineOf(event);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it.
    <section className={classes.body} tabIndex={0} aria-label="What the event says">
      <div className={classes.facts}>
        <CopyButton text={id} label={`Copy the position ${id}`}>
          {id}
        </CopyButton>
        <Moment at={event.created_at} />
        <span>
          {event.actor.id === undefined ? (
            who
          ) : (
            <Link to="/users/$userId" params={{ userId: event.actor.id }} search={{}}>
              {who}
            </Link>
          )}{' '}
          →{' '}
          {'user' in event ? (
            <Link to="/users/$userId" params={{ userId: whom }} search={{}}>
              {whom}
            </Link>
          ) : 'task' in event ? (
            <Link to="/tasks/$taskId" params={{ taskId: event.task.task_id }} search={{}}>
              {whom}
            </Link>
          ) : (
            whom
          )}
        </span>
        <Link to="." search={(before: object) => ({ ...before, from: id }) as never}>
          Begin the tail here
        </Link>
      </div>
      <pre className={classes.json}>{JSON.stringify(event, null, 2)}</pre>
      <h2 className={classes.part}>From here, as code</h2>
      <CodeSamples samples={codeOfTail(location.origin, selection, id)} />
    </section>
  );
}
