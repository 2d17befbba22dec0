import { blocksRouter } from './blocks.js';
import { chatRouter } from './chat.js';
import { devicesRouter } from './devices.js';
import { feedsRouter } from './feeds.js';
import { liveRouter } from './live.js';
import { moderationRouter } from './moderation.js';
import { overviewRouter } from './overview.js';
import { rolesRouter } from './roles.js';
import { settingsRouter } from './settings.js';
import { tasksRouter } from './tasks.js';
import { tokensRouter } from './tokens.js';
import { router } from './trpc.js';
import { usersRouter } from './users.js';
import { videoRouter } from './video.js';
import { webhooksRouter } from './webhooks.js';

/** All procedures, one router per noun. */
export const appRouter = router({
  users: usersRouter,
  settings: settingsRouter,
  roles: rolesRouter,
  tokens: tokensRouter,
  tasks: tasksRouter,
  overview: overviewRouter,
  live: liveRouter,
  moderation: moderationRouter,
  blocks: blocksRouter,
  devices: devicesRouter,
  chat: chatRouter,
  video: videoRouter,
  feeds: feedsRouter,
  webhooks: webhooksRouter,
});

/** The type of the router, which types the clients. */
export type AppRouter = typeof appRouter;
