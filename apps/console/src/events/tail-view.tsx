import { Button } from '@mantine/core';
import type { StreamItem } from '@rollcall/client/server';
import { type Ref, useSyncExternalStore } from 'react';
import { PageState } from '../frame/page-state.js';
import { useNarrow } from '../theme/use-narrow.js';
import { ListSkeleton } from '../users/list-skeleton.js';
import type { Tail } from './tail.js';
import { TailGrid, type TailKeys } from './tail-grid.js';
import { TailStatus } from './tail-status.js';
import classes from './tail-view.module.css';

interface TailViewProps {
  tail: Tail;
  ready: boolean;
  filtered: boolean;
  openId: string | undefined;
  keys: Ref<TailKeys>;
  onOpen(item: StreamItem): void;
  onAll(): void;
}

/** The part of the page that moves: it is drawn once a frame, however many events came in it. */
export function TailView({ tail, ready, filtered, openId, keys, onOpen, onAll }: TailViewProps) {
  const state = useSyncExternalStore(tail.subscribe, () => tail.state);
  const narrow = useNarrow();
  return (
    <>
      <div className={classes.rows}>
        {state.rows.length > 0 ? (
          <TailGrid tail={tail} state={state} narrow={narrow} openId={openId} keys={keys} onOpen={onOpen} />
        ) : !ready ? (
          <ListSkeleton of="events" />
        ) : filtered ? (
          <PageState title="Nothing like that so far">
            <p>None of the last entries of the log is like that. What comes appears here at once.</p>
            <Button variant="default" onClick={onAll}>
              Show all events
            </Button>
          </PageState>
        ) : (
          <PageState title="Nothing has happened yet">
            <p>Every change of a user, a task, a role or a setting is an event. It appears here at once.</p>
          </PageState>
        )}
      </div>
      <TailStatus tail={tail} state={state} ready={ready} />
    </>
  );
}
