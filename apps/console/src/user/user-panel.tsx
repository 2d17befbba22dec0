import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ErrorState } from '../frame/error-state.js';
import { PageState } from '../frame/page-state.js';
import { usePresence } from '../live/use-presence.js';
import { useClient } from '../session/use-session.js';
import { userQuery } from '../users/users-page-query.js';
import { Access } from './access.js';
import { Content } from './content.js';
import { DevicesAndBlocks } from './devices-and-blocks.js';
import { History } from './history.js';
import { Profile } from './profile.js';
import { UserHeading } from './user-heading.js';
import classes from './user-panel.module.css';
import { TABS } from './user-search.js';

const CustomData = lazy(() => import('./custom-data.js').then(({ CustomData }) => ({ default: CustomData })));

const route = getRouteApi('/users/$userId');

/** One user: who it is, what can be done, and everything that is known of it. It keeps itself up to date. */
export function UserPanel() {
  const client = useClient();
  const { userId } = route.useParams();
  const { tab = 'profile' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: user, error, isPending, refetch } = useQuery(userQuery(client, userId));
  usePresence([userId]);

  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (isPending) return <div className={classes.panel} role="status" aria-label="Reading the user" />;
  if (user === null) {
    return (
      <PageState isPage title="There is no such user">
        <p>
          Nobody has the id <code>{userId}</code>. If somebody had it, they may have been erased.
        </p>
      </PageState>
    );
  }
  return (
    <article className={classes.panel} aria-label={user.name ?? user.id}>
      <UserHeading
        user={user}
        onClose={() => void navigate({ to: '/users', search: ({ tab: _, ...list }) => list })}
      />
      <nav className={classes.tabs} aria-label="Parts of the user">
        {Object.entries(TABS).map(([key, label]) => (
          <button
            key={key}
            type="button"
            aria-current={tab === key ? 'page' : undefined}
            onClick={() =>
              void navigate({
                to: '.',
                search: before => ({ ...before, tab: key as keyof typeof TABS }),
                replace: true,
              })
            }
          >
            {label}
          </button>
        ))}
      </nav>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it. */}
      <section className={classes.body} tabIndex={0} aria-label={TABS[tab]}>
        {tab === 'profile' && <Profile key={userId} user={user} />}
        {tab === 'custom' && (
          <Suspense fallback={<p role="status">Opening the editor…</p>}>
            <CustomData key={userId} user={user} />
          </Suspense>
        )}
        {tab === 'history' && <History key={userId} user={user} />}
        {tab === 'content' && <Content key={userId} user={user} />}
        {tab === 'devices' && <DevicesAndBlocks key={userId} user={user} />}
        {tab === 'access' && <Access key={userId} user={user} />}
      </section>
    </article>
  );
}
