import { Button } from '@mantine/core';
import { type RollcallEvent, toRollcallError, type User, type UserEvent } from '@rollcall/client/server';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ErrorState } from '../frame/error-state.js';
import { Moment } from '../frame/moment.js';
import { say } from '../frame/notices.js';
import { useLiveEvents } from '../live/live-context.js';
import { useClient, useWriteRefusal } from '../session/use-session.js';
import { Difference } from './difference.js';
import classes from './history.module.css';
import { undoOf } from './undo-change.js';
import { useSaveUser } from './use-save-user.js';

const PAGE = 50;

/** What the log says about a user, newest first: who did what and when, with what changed. A change can be undone. */
export function History({ user }: { user: User }) {
  const client = useClient();
  const cache = useQueryClient();
  const live = useLiveEvents();
  const [wanted, setWanted] = useState('');
  const { id } = user;
  const queryKey = ['users', 'history', id];
  const pages = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      client.api.users.history
        .query({ user_id: id, limit: PAGE, ...(pageParam !== '' && { next: pageParam }) }, { signal })
        .catch(error => {
          throw toRollcallError(error);
        }),
    initialPageParam: '',
    getNextPageParam: page => page.next,
    // It is read again whenever it is looked at: events about others name this user, too.
    staleTime: 0,
  });
  useEffect(
    () =>
      live.subscribe(events => {
        if (events.some(event => 'user' in event && event.user.id === id))
          void cache.invalidateQueries({ queryKey: ['users', 'history', id] });
      }),
    [live, cache, id],
  );

  if (pages.error) return <ErrorState error={pages.error} onRetry={() => void pages.refetch()} />;
  const events = (pages.data?.pages.flatMap(page => page.events) ?? []) as RollcallEvent[];
  const shown = events.filter(event => textOf(event).includes(wanted.toLowerCase()));
  return (
    <div className={classes.history}>
      <input
        type="search"
        className={classes.filter}
        aria-label="Filter the history"
        placeholder="Filter by type, field or person"
        value={wanted}
        onChange={event => setWanted(event.target.value)}
      />
      <ol className={classes.events}>
        {shown.map((event, index) => (
          <HistoryEntry key={event.id ?? index} event={event} user={user} />
        ))}
      </ol>
      {shown.length === 0 && !pages.isPending && (
        <p className={classes.dim}>
          The log says nothing{wanted && ' that matches'}. It keeps events for some time only.
        </p>
      )}
      {pages.hasNextPage && (
        <Button variant="default" disabled={pages.isFetching} onClick={() => void pages.fetchNextPage()}>
          Earlier
        </Button>
      )}
    </div>
  );
}

function HistoryEntry({ event, user }: { event: RollcallEvent; user: User }) {
  const refusal = useWriteRefusal();
  const save = useSaveUser();
  const { actor, created_at, type } = event;
  const changes = 'changes' in event ? event.changes : undefined;
  const undo =
    user.deleted_at === undefined && type === 'user.updated' && changes ? undoOf(changes) : undefined;
  return (
    <li className={classes.event}>
      <div className={classes.line}>
        <strong>{type}</strong>
        <span className={classes.dim}>
          {actor.id ?? { server: 'a back end', user: 'a user', system: 'Rollcall' }[actor.type]} ·{' '}
          <Moment at={created_at} />
        </span>
        {undo && (
          <button
            type="button"
            className={classes.undo}
            disabled={refusal !== undefined || save.isPending}
            title={refusal ?? 'Sets back what this changed'}
            onClick={() =>
              save.mutate(
                { seen: user, ...undo, partOf: one => one.revision },
                {
                  onSuccess: () => say('The change is undone.'),
                  onError: error => say(error.message, { failed: true }),
                },
              )
            }
          >
            Undo
          </button>
        )}
      </div>
      {'reason' in event && event.reason && <p className={classes.dim}>Reason: {event.reason}</p>}
      {changes && <Difference changes={changes} />}
    </li>
  );
}

function textOf(event: RollcallEvent): string {
  const { changes } = event as UserEvent;
  return [event.type, event.actor.type, event.actor.id, ...Object.keys(changes ?? {})]
    .join(' ')
    .toLowerCase();
}
