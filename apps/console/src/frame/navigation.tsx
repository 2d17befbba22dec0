import { IconActivity, IconSettings, IconUsers } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import classes from './navigation.module.css';

const PAGES = [
  { to: '/overview', label: 'Overview', Icon: IconActivity },
  { to: '/users', label: 'Users', Icon: IconUsers },
  { to: '/settings', label: 'Settings', Icon: IconSettings },
] as const;

/** The pages: beside the page, and under it on a phone. */
export function Navigation() {
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
