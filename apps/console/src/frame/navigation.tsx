import { IconActivity, IconProgress, IconUsers } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ComponentType, lazy, Suspense } from 'react';
import classes from './navigation.module.css';

const RunningCount = lazy(() =>
  import('../tasks/running-count.js').then(({ RunningCount }) => ({ default: RunningCount })),
);

interface Page {
  to: '/users' | '/tasks' | '/events';
  label: string;
  Icon: typeof IconUsers;
  /** A number beside the name. */
  Count?: ComponentType;
}

const PAGES: Page[] = [
  { to: '/users', label: 'Users', Icon: IconUsers },
  { to: '/tasks', label: 'Tasks', Icon: IconProgress, Count: RunningCount },
  { to: '/events', label: 'Events', Icon: IconActivity },
];

/** The pages: beside the page, and under it on a phone. */
export function Navigation() {
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
