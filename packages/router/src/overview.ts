import type { Overview } from '@rollcall/protocol';
import { router, serverQueryProcedure } from './trpc.js';

export const overviewRouter = router({
  /**
   * How the installation and this process are doing: how many users, tasks, events and calls, and what an operator should
   * know. Server only. It is read once a second at most.
   */
  get: serverQueryProcedure.query(({ ctx }): Promise<Overview> => ctx.overview.get()),
});
