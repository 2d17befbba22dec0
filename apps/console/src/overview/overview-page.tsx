import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CodePopover } from '../frame/code-popover.js';
import { useCommands } from '../frame/commands.js';
import { ErrorState } from '../frame/error-state.js';
import { useClient } from '../session/use-session.js';
import { LastEvents } from './last-events-list.js';
import { Numbers } from './numbers.js';
import { codeOfOverview } from './overview-code.js';
import classes from './overview-page.module.css';
import { type OverviewNow, overviewQuery } from './overview-query.js';
import { RunningTasks } from './running-tasks-list.js';
import { Warnings } from './warnings.js';

/** How the installation is doing: four numbers, what the server warns of, what runs, and what happened last. */
export function OverviewPage() {
  const client = useClient();
  const cache = useQueryClient();
  const { data, error, refetch } = useQuery(overviewQuery(client, cache));
  const again = () => {
    void refetch();
    void cache.invalidateQueries({ queryKey: ['overview', 'tasks'] });
  };
  useCommands([{ label: 'Read the overview again', key: 'r', run: again }]);
  return (
    <div className={classes.page}>
      <header className={classes.heading}>
        <h1 className={classes.title}>Overview</h1>
        {data && error && <StaleNote data={data} />}
        <span className={classes.grow} />
        <CodePopover samples={() => codeOfOverview(location.origin)} />
      </header>
      {data ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: It scrolls, and keys have to reach it.
        <section className={classes.body} tabIndex={0} aria-label="How the installation is doing">
          <Numbers now={data} />
          {data.overview.users.count === 0 && (
            <p className={classes.note}>
              There are no users yet. <Link to="/users">The page of users</Link> shows how the first ones are
              made.
            </p>
          )}
          <Warnings warnings={data.overview.warnings} />
          <div className={classes.columns}>
            <RunningTasks counts={data.overview.tasks} />
            <LastEvents />
          </div>
        </section>
      ) : error ? (
        <ErrorState error={error} onRetry={again} />
      ) : (
        <Skeleton />
      )}
    </div>
  );
}

/** The numbers are on the page, and could not be read again. */
function StaleNote({ data }: { data: OverviewNow }) {
  return (
    <span className={classes.stale} role="status">
      {navigator.onLine ? 'The server does not answer.' : 'You are offline.'} These numbers are of{' '}
      {new Date(data.overview.at).toLocaleTimeString()}.
    </span>
  );
}

/** The shape of what is coming. */
function Skeleton() {
  return (
    <div className={classes.skeleton} role="status" aria-label="Reading the overview">
      {[0, 1, 2, 3].map(one => (
        <span key={one} />
      ))}
    </div>
  );
}
