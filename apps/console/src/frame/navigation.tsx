import { IconActivity, IconSettings, IconUsers } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useCommands } from './commands.js';
import classes from './navigation.module.css';

const PAGES = [
  { to: '/overview', label: 'Overview', Icon: IconActivity },
  { to: '/users', label: 'Users', Icon: IconUsers },
  { to: '/settings', label: 'Settings', Icon: IconSettings },
] as const;

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
      {PAGES.map(({ to, label, Icon }) => (
        <Link key={to} to={to} className={classes.link} activeProps={{ 'data-active': true }}>
          <Icon size={16} aria-hidden />
          {label}
        </Link>
      ))}
    </nav>
  );
}
