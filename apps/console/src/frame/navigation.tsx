import {
  IconActivity,
  IconGauge,
  IconProgress,
  IconSettings,
  IconUsers,
  IconWebhook,
} from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import { useCommands } from './commands.js';
import classes from './navigation.module.css';

const RunningCount = lazy(() =>
  import('../tasks/running-count.js').then(({ RunningCount }) => ({ default: RunningCount })),
);

interface Page {
  to: '/overview' | '/users' | '/tasks' | '/events' | '/webhooks' | '/settings';
  label: string;
  Icon: typeof IconUsers;
  /** A number beside the name. */
  Count?: ComponentType;
}

const PAGES: Page[] = [
  { to: '/overview', label: 'Overview', Icon: IconGauge },
  { to: '/users', label: 'Users', Icon: IconUsers },
  { to: '/tasks', label: 'Tasks', Icon: IconProgress, Count: RunningCount },
  { to: '/events', label: 'Events', Icon: IconActivity },
  { to: '/webhooks', label: 'Webhooks', Icon: IconWebhook },
  { to: '/settings', label: 'Settings', Icon: IconSettings },
];

/** The pages: beside the page, and under it on a phone. Each has its number as its key. */
export function Navigation() {
  const navigate = useNavigate();
  useCommands(
    PAGES.map(({ to, label }, index) => ({
      label: `Go to ${label}`,
      key: String(index + 1),
      run: () => void navigate({ to }),
    })),
  );
  return (
    <nav className={classes.navigation} aria-label="Pages">
      {PAGES.map(({ to, label, Icon, Count }) => (
        <Link key={to} to={to} className={classes.link} activeProps={{ 'data-active': true }}>
          <Icon size={16} aria-hidden />
          {label}
          {Count && (
            <Suspense>
              <Count />
            </Suspense>
          )}
        </Link>
      ))}
    </nav>
  );
}
