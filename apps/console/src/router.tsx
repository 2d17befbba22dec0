import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
  redirect,
} from '@tanstack/react-router';
import { readEventsSearch } from './events/events-search.js';
import { Console } from './frame/console.js';
import { longHistory } from './frame/long-address.js';
import { NotFound } from './frame/not-found.js';
import { PageFailed, PartNotLoaded } from './frame/page-failed.js';
import { readImportSearch } from './import/import-search.js';
import { readSettingsSearch } from './settings/settings-search.js';
import { readTaskSearch, readTasksSearch } from './tasks/tasks-search.js';
import { readUserSearch } from './user/user-search.js';
import { readUsersSearch } from './users/users-search.js';
import { readWebhookSearch } from './webhooks/webhook-search.js';

/** A page that is loaded when somebody goes there. When that fails it says so: by itself, the router would load all of it again. */
function page<Name extends string>(load: () => Promise<Record<Name, RouteComponent>>, name: Name) {
  return lazyRouteComponent(
    () =>
      load().catch((error: unknown) => {
        throw new PartNotLoaded(error);
      }),
    name,
  );
}

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
  component: page(() => import('./overview/overview-page.js'), 'OverviewPage'),
});

const users = createRoute({
  getParentRoute: () => root,
  path: '/users',
  validateSearch: readUsersSearch,
  component: page(() => import('./users/users-page.js'), 'UsersPage'),
});

const user = createRoute({
  getParentRoute: () => users,
  path: '$userId',
  validateSearch: readUserSearch,
  component: page(() => import('./user/user-panel.js'), 'UserPanel'),
});

const tasks = createRoute({
  getParentRoute: () => root,
  path: '/tasks',
  validateSearch: readTasksSearch,
  component: page(() => import('./tasks/tasks-page.js'), 'TasksPage'),
});

const task = createRoute({
  getParentRoute: () => tasks,
  path: '$taskId',
  validateSearch: readTaskSearch,
  component: page(() => import('./task/task-panel.js'), 'TaskPanel'),
});

const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  validateSearch: readEventsSearch,
  component: page(() => import('./events/events-page.js'), 'EventsPage'),
});

const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  component: page(() => import('./webhooks/webhooks-page.js'), 'WebhooksPage'),
});

const webhook = createRoute({
  getParentRoute: () => root,
  path: '/webhooks/$webhookId',
  validateSearch: readWebhookSearch,
  component: page(() => import('./webhook/webhook-page.js'), 'WebhookPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  validateSearch: readSettingsSearch,
  component: page(() => import('./settings/settings-page.js'), 'SettingsPage'),
});

const importUsers = createRoute({
  getParentRoute: () => root,
  path: '/import',
  validateSearch: readImportSearch,
  component: page(() => import('./import/import-page.js'), 'ImportPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    overview,
    users.addChildren([user]),
    importUsers,
    tasks.addChildren([task]),
    events,
    webhooks,
    webhook,
    settings,
  ]),
  history: longHistory(),
  defaultPreload: 'intent',
  defaultErrorComponent: PageFailed,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
