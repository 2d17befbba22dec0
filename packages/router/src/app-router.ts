import { chatRouter } from './chat.js';
import { feedsRouter } from './feeds.js';
import { liveRouter } from './live.js';
import { rolesRouter } from './roles.js';
import { settingsRouter } from './settings.js';
import { tasksRouter } from './tasks.js';
import { router } from './trpc.js';
import { usersRouter } from './users.js';
import { videoRouter } from './video.js';

/** Every procedure, one router for each noun. */
export const appRouter = router({
  users: usersRouter,
  settings: settingsRouter,
  roles: rolesRouter,
  tasks: tasksRouter,
  live: liveRouter,
  chat: chatRouter,
  video: videoRouter,
  feeds: feedsRouter,
});

/** The type that clients are typed by. */
export type AppRouter = typeof appRouter;
