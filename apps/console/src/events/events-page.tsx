import { Button } from '@mantine/core';
import type { StreamItem } from '@rollcall/client/server';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef } from 'react';
import { useCommands } from '../frame/commands.js';
import { ErrorState } from '../frame/error-state.js';
import layout from '../frame/list-page.module.css';
import { say } from '../frame/notices.js';
import { useNarrow } from '../theme/use-narrow.js';
import { EventPanel } from './event-panel.js';
import type { EventsSearch } from './events-search.js';
import { EventsToolbar } from './events-toolbar.js';
import { fromHere } from './from-here.js';
import { PauseButton, togglePause } from './pause-button.js';
import { selectionOf } from './selection.js';
import type { TailKeys } from './tail-grid.js';
import { TailView } from './tail-view.js';
import { useTail } from './use-tail.js';

const route = getRouteApi('/events');

/** What happens, as it happens. */
export function EventsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const cache = useQueryClient();
  const narrow = useNarrow();
  const selection = selectionOf(search);
  const { tail, ready, error, retry } = useTail(selection, search.from);
  const keys = useRef<TailKeys>(null);
  const field = useRef<HTMLInputElement>(null);
  const { event: openId } = search;

  const change = (changes: EventsSearch) =>
    void navigate({ to: '.', search: before => ({ ...before, ...changes }) });
  const open = (item: StreamItem) => {
    if (item.type === 'resync' || item.id === undefined || item.id === openId) return;
    cache.setQueryData(['events', 'one', item.id], item);
    change({ event: item.id });
  };
  const showAll = () => change({ types: undefined, users: undefined, filter: undefined });
  const copy = async () => {
    if (openId === undefined) return;
    try {
      await navigator.clipboard.writeText(fromHere(openId, selection));
      say('The position is copied, with the line of code that goes on from it.');
    } catch {
      say('This browser lets no page copy over plain http.', { failed: true });
    }
  };

  useCommands([
    { label: 'Pause, or go on', key: ' ', run: () => togglePause(tail) },
    { label: 'Next event', key: 'j', run: () => keys.current?.step(1) },
    { label: 'Event before', key: 'k', run: () => keys.current?.step(-1) },
    { label: 'Open the event', key: 'Enter', run: () => keys.current?.openCurrent() },
    { label: 'Only events about a user', key: '/', run: () => field.current?.focus() },
    { label: 'Clear what is shown', key: 'c', run: () => tail.clear() },
    {
      label: 'From here: copy the position and the line of code',
      key: 'y',
      refusal: openId === undefined ? 'Open an event first.' : undefined,
      run: () => void copy(),
    },
    {
      label: 'One step back: close the event, go on',
      key: 'Escape',
      run: () => (openId === undefined ? tail.resume() : change({ event: undefined })),
    },
  ]);

  const panel = openId !== undefined;
  return (
    <div className={layout.page} data-panel={panel}>
      <section className={layout.list} aria-label="Tail of events" hidden={panel && narrow}>
        <div className={layout.heading}>
          <h1 className={layout.title}>Events</h1>
          <span className={layout.grow} />
          <PauseButton tail={tail} />
          <Button variant="default" title="c" onClick={() => tail.clear()}>
            Clear
          </Button>
        </div>
        <EventsToolbar search={search} tail={tail} error={error} field={field} onChange={change} />
        {error ? (
          <ErrorState error={error} onRetry={retry} />
        ) : (
          <TailView
            tail={tail}
            ready={ready}
            filtered={Object.keys(selection).length > 0}
            openId={openId}
            keys={keys}
            onOpen={open}
            onAll={showAll}
          />
        )}
      </section>
      {panel && (
        <aside className={layout.panel} aria-label="One event">
          <EventPanel
            key={openId}
            id={openId}
            selection={selection}
            onClose={() => change({ event: undefined })}
          />
        </aside>
      )}
    </div>
  );
}
