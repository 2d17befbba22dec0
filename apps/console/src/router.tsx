import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { Console } from './frame/console.js';
import { NotFound } from './frame/not-found.js';
import { readImportSearch } from './import/import-search.js';
import { readUserSearch } from './user/user-search.js';
import { readUsersSearch } from './users/users-search.js';

const root = createRootRoute({ component: Console, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/users' });
  },
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

const importUsers = createRoute({
  getParentRoute: () => root,
  path: '/users/import',
  validateSearch: readImportSearch,
  component: lazyRouteComponent(() => import('./import/import-page.js'), 'ImportPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([home, users.addChildren([user]), importUsers]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
