import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Popover } from '../frame/popover.js';
import { useClient } from '../session/use-session.js';
import { settingsQuery } from '../settings/settings-query.js';
import classes from './list-status.module.css';
import { unindexedFields } from './unindexed-fields.js';
import type { UserListState } from './use-user-list.js';
import type { UserList } from './users-page-query.js';

const MakeIndex = lazy(() => import('./make-index.js').then(({ MakeIndex }) => ({ default: MakeIndex })));

/** How much of the list has been read, how long the server took, and what would make it faster. */
export function ListStatus({ list, state }: { list: UserList; state: UserListState }) {
  const client = useClient();
  const { data: settings } = useQuery(settingsQuery(client));
  const { users, hasMore, tookMs, stale } = state;
  const fields = settings ? unindexedFields(list, settings.indexed_custom_fields) : [];
  if (state.pending || state.error) return null;
  return (
    <footer className={classes.status}>
      <span role="status">
        {users.length.toLocaleString('en')} {hasMore ? 'read so far' : 'in all'}
        {stale && ' · searching…'}
      </span>
      {state.moreError && (
        <span className={classes.hint} role="alert">
          The next page could not be read: {state.moreError.message}.
          <button type="button" className={classes.link} onClick={state.tryMore}>
            Try again
          </button>
        </span>
      )}
      {tookMs !== undefined && <span>{tookMs} ms</span>}
      {fields.length > 0 && (
        <span className={classes.hint}>
          No index helps {fields.join(' and ')}.
          <Popover button="Make one…" buttonClass={classes.link} label="Make an index">
            {close => (
              <Suspense fallback="…">
                <MakeIndex fields={fields} onDone={close} />
              </Suspense>
            )}
          </Popover>
        </span>
      )}
    </footer>
  );
}
