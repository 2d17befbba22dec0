import { Button } from '@mantine/core';
import type { RollcallError } from '@rollcall/client/server';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { TYPE_GROUPS } from '../events/event-types.js';
import { CodePopover } from '../frame/code-popover.js';
import { useCommands } from '../frame/commands.js';
import { ErrorState } from '../frame/error-state.js';
import layout from '../frame/list-page.module.css';
import { PageState } from '../frame/page-state.js';
import { stepFocus } from '../frame/step-focus.js';
import { useClient } from '../session/use-session.js';
import { NativeSelect, TextInput } from '../theme/text-field.js';
import { ListSkeleton } from '../users/list-skeleton.js';
import type { WebhookSearch } from '../webhooks/webhook-search.js';
import { codeOfDeliveries } from '../webhooks/webhooks-code.js';
import pages from '../webhooks/webhooks-page.module.css';
import { DELIVERY_STATUSES, deliveriesQuery, deliveryListOf } from '../webhooks/webhooks-query.js';
import { DeliveriesTable } from './deliveries-table.js';
import classes from './webhook-page.module.css';

const TYPES = [...TYPE_GROUPS.flatMap(([, types]) => types), 'webhook.test'];

interface DeliveriesProps {
  webhookId: string;
  search: WebhookSearch;
  filtered: boolean;
  /** Changes the address. */
  onChange(changes: WebhookSearch): void;
  /** Changes it to another list, from its newest page on. */
  onList(changes: WebhookSearch): void;
}

/** What was sent to a webhook, and what came of it, a page at a time. */
export function Deliveries({ webhookId, search, filtered, onChange, onList }: DeliveriesProps) {
  const client = useClient();
  const list = deliveryListOf(search);
  const user = useRef<HTMLInputElement>(null);
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...deliveriesQuery(client, webhookId, list),
    // Of another webhook nothing stays.
    placeholderData: (before, query) =>
      query?.queryKey[2] === webhookId ? keepPreviousData(before) : undefined,
  });
  const again = () => {
    // A cursor is good for its list only: without it, it is the newest page.
    if ((error as RollcallError | null)?.code === 'CURSOR_INVALID') onList({});
    else void refetch();
  };
  // As long as another list is read, its cursors are not there.
  const next = isPlaceholderData ? undefined : data?.next;
  const older = () => next !== undefined && onChange({ next });
  const newest = () => search.next !== undefined && onList({});
  const clear = () => onList({ status: undefined, type: undefined, user: undefined });
  useCommands([
    { label: 'Next delivery', key: 'j', run: () => stepFocus('a[data-delivery]', 1) },
    { label: 'Delivery before', key: 'k', run: () => stepFocus('a[data-delivery]', -1) },
    { label: 'Older deliveries', key: ']', run: older },
    { label: 'Newest deliveries', key: '[', run: newest },
    { label: 'Only deliveries about a user', key: '/', run: () => user.current?.focus() },
    { label: 'Read the deliveries again', key: 'r', run: again },
  ]);
  useEffect(() => {
    if (user.current) user.current.value = search.user ?? '';
  }, [search.user]);
  return (
    <>
      <div className={classes.toolbar}>
        <NativeSelect
          aria-label="State"
          value={list.status ?? ''}
          data={[{ value: '', label: 'every state' }, ...DELIVERY_STATUSES]}
          onChange={event => onList({ status: event.target.value || undefined })}
        />
        <NativeSelect
          aria-label="Type"
          value={list.event_type ?? ''}
          data={[{ value: '', label: 'every type' }, ...TYPES]}
          onChange={event => onList({ type: event.target.value || undefined })}
        />
        <form
          onSubmit={event => {
            event.preventDefault();
            onList({ user: user.current?.value.trim() || undefined });
          }}
        >
          <TextInput
            ref={user}
            aria-label="About the user"
            placeholder="about a user: id, Enter"
            autoComplete="off"
            spellCheck={false}
            defaultValue={search.user}
          />
        </form>
        <span className={classes.grow} />
        <CodePopover samples={() => codeOfDeliveries(location.origin, webhookId, list)} />
      </div>
      <div className={`${layout.rows} ${classes.rows}`}>
        {data === undefined && error ? (
          <ErrorState error={error} onRetry={again} />
        ) : data === undefined ? (
          <ListSkeleton of="deliveries" />
        ) : data.deliveries.length === 0 ? (
          <NoDeliveries filtered={filtered} onClear={clear} />
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it.
          <section className={pages.scroller} aria-label="Deliveries of this page" tabIndex={0}>
            <DeliveriesTable
              webhookId={webhookId}
              deliveries={data.deliveries}
              search={search}
              stale={isPlaceholderData}
            />
          </section>
        )}
      </div>
      {data !== undefined && (
        <footer className={pages.foot}>
          <span role="status">
            {data.deliveries.length} on this page{isPlaceholderData && ' · reading…'}
          </span>
          {error && <span role="alert">The page could not be read again: {error.message}.</span>}
          <span className={layout.grow} />
          <button type="button" disabled={search.next === undefined} title="[" onClick={newest}>
            Newest
          </button>
          <button type="button" disabled={next === undefined} title="]" onClick={older}>
            Older
          </button>
        </footer>
      )}
    </>
  );
}

function NoDeliveries({ filtered, onClear }: { filtered: boolean; onClear(): void }) {
  if (filtered) {
    return (
      <PageState title="No delivery is like that">
        <p>Another state, another type or another user may show some.</p>
        <Button variant="default" onClick={onClear}>
          Show all deliveries
        </Button>
      </PageState>
    );
  }
  return (
    <PageState title="Nothing was delivered in the last seven days">
      <p>
        What happens from now on appears here: each event as it was sent, with what the receiver answered. A
        test shows at once whether the receiver is there.
      </p>
    </PageState>
  );
}
