import type { ListTasksAnswer, ListTasksOptions, Task } from '@rollcall/protocol';
import { listTasksOptionsSchema, taskIdSchema } from '@rollcall/protocol/schemas';
import { z } from 'zod';
import { router, serverProcedure, serverQueryProcedure } from './trpc.js';

const oneTask = z.strictObject({ task_id: taskIdSchema });

export const tasksRouter = router({
  /** One task. Server only. @throws `TASK_NOT_FOUND` */
  get: serverProcedure
    .input(oneTask)
    .query(({ ctx, input }): Promise<Task> => ctx.directory.tasks.get(input.task_id)),

  /** One page of tasks, newest first. Server only. @throws `CURSOR_INVALID` */
  list: serverQueryProcedure
    .input(listTasksOptionsSchema as z.ZodType<z.output<typeof listTasksOptionsSchema>, ListTasksOptions>)
    .query(({ ctx, input }): Promise<ListTasksAnswer> => ctx.directory.tasks.list(input, ctx.budget.limits)),

  /** Stops a task between two users; what is done stays done. Server only. @throws `TASK_NOT_FOUND` */
  cancel: serverProcedure
    .input(oneTask)
    .mutation(({ ctx, input }): Promise<Task> => ctx.directory.tasks.cancel(ctx.actor, input.task_id)),
});
