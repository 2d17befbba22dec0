import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Console } from './frame/console.js';
import { NotFound } from './frame/not-found.js';
import { readSettingsSearch } from './settings/settings-search.js';
import { readUserSearch } from './user/user-search.js';
import { readUsersSearch } from './users/users-search.js';

const root = createRootRoute({ component: Console, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/overview' });
  },
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/overview',
  component: lazyRouteComponent(() => import('./overview/overview-page.js'), 'OverviewPage'),
});

const users = createRoute({
  getParentRoute: () => root,
  path: '/users',
  validateSearch: readUsersSearch,
  component: lazyRouteComponent(() => import('./users/users-page.js'), 'UsersPage'),
});

const user = createRoute({
  getParentRoute: () => users,
  path: '$userId',
  validateSearch: readUserSearch,
  component: lazyRouteComponent(() => import('./user/user-panel.js'), 'UserPanel'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  validateSearch: readSettingsSearch,
  component: lazyRouteComponent(() => import('./settings/settings-page.js'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([home, overview, users.addChildren([user]), settings]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
